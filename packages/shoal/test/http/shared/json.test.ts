import { describe, expect, test } from 'vitest';
import { fromJson, toJson } from '../../../src/http/shared/json.ts';
import { decodeBody } from '../../../src/http/shared/json-body.ts';
import { duration, integer, list, map, optional, string, struct, uint64 } from '../../../src/http/shared/shape.ts';

describe('JSON', () => {
  test('is escaped as Go does it', () => {
    expect(toJson({ a: '<b>&\u2028' })).toBe('{"a":"\\u003cb\\u003e\\u0026\\u2028"}');
    expect(toJson({ a: [], b: [1] }, true)).toBe('{\n    "a": [],\n    "b": [\n        1\n    ]\n}\n');
    expect(toJson(undefined)).toBe('null');
  });

  test('keeps all digits of 64-bit numbers, and leaves strings and other numbers alone', () => {
    const text =
      '{"max":18446744073709551615,"neg":-9223372036854775808,"s":"18446744073709551615","e":1.12345678901234567890,"ok":9007199254740991}';
    const value = fromJson(text);
    expect(value).toEqual({
      max: 18446744073709551615n,
      neg: -9223372036854775808n,
      s: '18446744073709551615',
      e: 1.1234567890123457,
      ok: 9007199254740991,
    });
    expect(toJson((value as { max: bigint }).max)).toBe('18446744073709551615');
  });
});

const shape = struct({
  Name: string,
  EnableTagOverride: optional(string),
  Port: integer,
  Flags: uint64,
  TTL: duration,
  Tags: list(string),
  Meta: map(string),
  Check: struct({ ID: string }),
});
const strict = struct({ Name: string }, { strict: true });
const zero = {
  Name: '',
  EnableTagOverride: undefined,
  Port: 0,
  Flags: '0',
  TTL: 0,
  Tags: [],
  Meta: {},
  Check: { ID: '' },
};

describe('decodeBody', () => {
  test.each([
    { given: '{}', want: zero },
    { given: 'null', want: zero },
    {
      given: '{"name":"x","enable_tag_override":"y","PORT":7}',
      want: { ...zero, Name: 'x', EnableTagOverride: 'y', Port: 7 },
    },
    {
      given: '{"Flags":18446744073709551615,"TTL":"1m30s"}',
      want: { ...zero, Flags: '18446744073709551615', TTL: 90e9 },
    },
    { given: '{"Tags":null,"Meta":null,"Check":null,"Other":1}', want: zero },
    { given: '', want: 'bad: EOF' },
    { given: '  \n', want: 'bad: EOF' },
    { given: '{"Name":', want: 'bad: unexpected EOF' },
    { given: '{"Name":"x', want: 'bad: unexpected EOF' },
    { given: '{bad', want: /^bad: invalid character 'b'/ },
    { given: '{"Name":1}', want: 'bad: json: cannot unmarshal number into field Name of type string' },
    { given: '[]', want: 'bad: json: cannot unmarshal array into the body of type object' },
    { given: '{"Check":{"ID":[]}}', want: 'bad: json: cannot unmarshal array into field Check.ID of type string' },
    { given: '{"Port":1.5}', want: 'bad: json: cannot unmarshal number into field Port of type int' },
    { given: '{"Flags":-1}', want: 'bad: json: cannot unmarshal number into field Flags of type uint64' },
    { given: '{"TTL":"soon"}', want: 'bad: time: invalid duration "soon"' },
  ])('$given', ({ given, want }) => {
    const run = () => decodeBody(Buffer.from(given), shape, 'bad: ');
    if (typeof want === 'string' || want instanceof RegExp) expect(run).toThrow(want);
    else expect(run()).toEqual(want);
  });

  test('refuses unknown fields only where that is asked for', () => {
    expect(() => decodeBody(Buffer.from('{"Nome":"x"}'), strict, '')).toThrow('json: unknown field "Nome"');
  });
});
