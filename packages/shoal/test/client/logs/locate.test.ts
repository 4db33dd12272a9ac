import { describe, expect, it } from 'vitest';
import { locate } from '../../../src/client/logs/locate.ts';

const files = [
  { index: 3, size: 10 },
  { index: 4, size: 10 },
  { index: 5, size: 4 },
];

describe('where a reader begins', () => {
  const cases = [
    { name: 'at the start', origin: 'start', offset: 0, want: { index: 3, offset: 0 } },
    { name: 'within a file', origin: 'start', offset: 12, want: { index: 4, offset: 2 } },
    { name: 'at a border it is the next file', origin: 'start', offset: 10, want: { index: 4, offset: 0 } },
    { name: 'behind all', origin: 'start', offset: 99, want: { index: 5, offset: 4 } },
    { name: 'at the end', origin: 'end', offset: 0, want: { index: 5, offset: 4 } },
    { name: 'back from the end', origin: 'end', offset: 5, want: { index: 4, offset: 9 } },
    { name: 'before all', origin: 'end', offset: 99, want: { index: 3, offset: 0 } },
  ] as const;
  it.each(cases)('$name', ({ origin, offset, want }) => {
    expect(locate(files, origin, offset)).toEqual(want);
  });
  it('nowhere without files', () => {
    expect(locate([], 'start', 0)).toBeUndefined();
  });
});
