import type { Frame } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { dataOf, startOfLines, tailBytes, tailOf } from '../../src/cli/tail.ts';

const text = (value: string) => new TextEncoder().encode(value);

describe('where the last lines begin', () => {
  test.each([
    { name: 'one of two', given: 'a\nb\n', lines: 1, want: 2 },
    { name: 'the last one is not ended', given: 'a\nb', lines: 1, want: 2 },
    { name: 'as many as there are: the first may have begun earlier', given: 'a\nb\n', lines: 2, want: undefined },
    { name: 'empty lines are lines', given: 'a\n\n\n', lines: 2, want: 2 },
    { name: 'nothing', given: '', lines: 1, want: undefined },
  ])('$name', ({ given, lines, want }) => expect(startOfLines(text(given), lines)).toBe(want));
});

describe('how much of the end is read', () => {
  const file = (content: string) => {
    const asked: number[] = [];
    const readEnd = async (bytes: number) => {
      asked.push(bytes);
      return frames(text(content).slice(-bytes));
    };
    return { asked, readEnd };
  };

  test('bytes are bytes', async () => {
    expect(await tailBytes({ bytes: 7 }, file('').readEnd)).toBe(7);
  });
  test('lines of a small file', async () => {
    expect(await tailBytes({ lines: 2 }, file('one\ntwo\nthree\n').readEnd)).toBe('two\nthree\n'.length);
  });
  test('more lines than there are', async () => {
    expect(await tailBytes({ lines: 9 }, file('one\ntwo\n').readEnd)).toBe(8);
  });
  test('lines that are longer than the first look', async () => {
    const long = `${'x'.repeat(100_000)}\n`;
    const { asked, readEnd } = file(long.repeat(3));
    expect(await tailBytes({ lines: 2 }, readEnd)).toBe(2 * long.length);
    expect(asked.length).toBe(2);
  });
});

test('which end is wanted', () => {
  const none = { tail: undefined, n: undefined, c: undefined };
  expect(tailOf(none)).toBeUndefined();
  expect(tailOf({ ...none, tail: true })).toEqual({ lines: 10 });
  expect(tailOf({ ...none, n: 3 })).toEqual({ lines: 3 });
  expect(tailOf({ ...none, tail: true, c: 5 })).toEqual({ bytes: 5 });
});

test('data of frames, without those that have none', async () => {
  const parts: string[] = [];
  for await (const part of dataOf(frames(text('a'), new Uint8Array(), text('b'))))
    parts.push(String.fromCharCode(...part));
  expect(parts).toEqual(['a', 'b']);
});

async function* frames(...parts: Uint8Array[]): AsyncGenerator<Frame> {
  for (const data of parts) yield { file: 'f', data };
}
