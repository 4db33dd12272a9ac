import { expect, test } from 'vitest';
import { pack, unpack } from '../../src/scheduler/packed.ts';

type Row = { readonly id: string; readonly of: object; readonly note?: string; readonly none: null };

const shared = { a: 1 };
const cases: { name: string; rows: Row[] }[] = [
  { name: 'none', rows: [] },
  { name: 'one', rows: [{ id: '1', of: shared, none: null }] },
  {
    name: 'several, of which only some have a field',
    rows: [
      { id: '1', of: shared, none: null },
      { id: '2', of: shared, note: 'x', none: null },
      { id: '3', of: { a: 2 }, none: null },
    ],
  },
];

test.each(cases)('$name', ({ rows }) => {
  expect(unpack(structuredClone(pack(rows)))).toStrictEqual(rows);
});

test('what all have in common is there once', () => {
  const packed = pack(['1', '2'].map((id): Row => ({ id, of: shared, none: null })));
  expect(packed).toEqual({ count: 2, same: { of: shared, none: null }, each: { id: ['1', '2'] } });
});
