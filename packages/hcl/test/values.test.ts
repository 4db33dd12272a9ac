import { describe, expect, it } from 'vitest';
import {
  convert,
  fromJs,
  isFailure,
  listType,
  numberToText,
  numberType,
  numberValue,
  objectType,
  setValue,
  stringType,
  stringValue,
  toJs,
  typeOf,
  typeToString,
} from '../src/index.ts';

describe('JavaScript and back', () => {
  const cases = [
    { name: 'plain data', given: { a: [1, 0.1, true, null], b: { c: 'é' } } },
    { name: 'names that objects have anyway', given: JSON.parse('{"__proto__": 1, "constructor": 2}') as unknown },
    { name: 'an empty list', given: [] },
  ];
  it.each(cases)('$name', ({ given }) => {
    expect(JSON.stringify(toJs(fromJs(given)))).toBe(JSON.stringify(given));
  });

  it('keeps a tenth a tenth, and whole numbers of any size', () => {
    expect([fromJs(0.1), fromJs(2n ** 80n)].map((v) => (v.kind === 'number' ? numberToText(v.value) : ''))).toEqual([
      '0.1',
      '1208925819614629174706176',
    ]);
  });

  it('has no functions', () => {
    expect(() => fromJs(() => 1)).toThrow(TypeError);
  });
});

it('texts are normalized', () => {
  expect(stringValue('e\u0301')).toEqual({ kind: 'string', value: '\u00e9' });
});

it('sets sort, and drop what is there twice', () => {
  const set = setValue(
    numberType,
    [10, 9, 10, 1].map((n) => numberValue(n)),
  );
  expect(toJs(set)).toEqual([1, 9, 10]);
});

describe('conversion', () => {
  const person = objectType(
    new Map([
      ['name', stringType],
      ['tags', listType(stringType)],
    ]),
  );

  it('goes inside', () => {
    const value = convert(fromJs({ name: 1, tags: [true], other: 2 }), person);
    expect(isFailure(value) ? value : toJs(value)).toEqual({ name: '1', tags: ['true'] });
  });

  it('says where it fails', () => {
    expect(convert(fromJs({ name: 'x', tags: ['a', []] }), person)).toEqual({
      failure: 'a string is required, not tuple([])',
      path: '.tags[1]',
    });
  });
});

it('types have a text', () => {
  expect(typeToString(typeOf(fromJs({ 'a b': [1], c: null })))).toBe('object({"a b"=tuple([number]),c=any})');
});
