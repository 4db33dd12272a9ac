import { describe, expect, test } from 'vitest';
import { bytesOf, compile, compileConsulTemplate, textOf } from '../src/index.ts';

const hex = (text: string) => bytesOf(text).toString('hex');

test.each(['c3', '68c3', 'c3a9', 'ff00fe', 'e28280', 'e282', 'eda080', 'f09f9880', 'f09f98', 'c080', 'efbfbd80', ''])(
  'the bytes %s survive as text',
  (given) => {
    expect(hex(textOf(Buffer.from(given, 'hex')))).toBe(given);
  },
);

describe('texts that are no UTF-8', () => {
  test.each([
    ['bytes of a literal', String.raw`{{ "\xff\377" }}`, 'ffff'],
    ['bytes that make a character', String.raw`{{ "\xc3\xa9" }}`, 'c3a9'],
    ['a code point stays one', String.raw`{{ "\u00e9" }}`, 'c3a9'],
    ['half a character', '{{ slice "é" 0 1 }}', 'c3'],
    ['two halves are a whole again', '{{ eq "é" (print (slice "é" 0 1) (slice "é" 1)) }}', '74727565'],
    ['their length is in bytes', String.raw`{{ len "a\xff" }}`, '32'],
    ['the length of what the text writes', '{{ slice "é" 0 1 }}{{ slice "é" 1 }}', 'c3a9'],
  ])('%s', (_, given, want) => {
    expect(hex(compile(given).render())).toBe(want);
  });

  test.each([
    [String.raw`{{ printf "%q %x %.1s" "\xff" "\xff" "\xff" }}`, '"\\xff" ff \udcff'],
    [String.raw`{{ urlquery "\xff é!~" }}`, '%FF+%C3%A9%21~'],
    [String.raw`{{ js "\xff" }}{{ html "\xff" }}`, '\udcff\udcff'],
  ])('%s', (given, want) => {
    expect(compile(given).render()).toBe(want);
  });

  test.each([
    ['{{ "/wA=" | base64Decode }}', 'ff00'],
    ['{{ "/wA=" | base64Decode | base64Encode }}', hex('/wA=')],
    ['{{ "/wA=" | base64Decode | toJSON }}', hex('"\\ufffd\\u0000"')],
  ])('%s', (given, want) => {
    expect(hex(compileConsulTemplate(given).evaluate(() => undefined).text)).toBe(want);
  });
});
