import { expect, test } from 'vitest';
import { pick } from '../../../../src/edge/planes/embedded/balance.ts';

const shares = (
  candidates: { weight: number; active: number; credit: number; name: string }[],
  count: number,
): string => Array.from({ length: count }, () => pick(candidates)?.name).join('');
const one = (name: string, weight = 1, active = 0) => ({ name, weight, active, credit: 0 });

test.each([
  { name: 'equals take turns', given: [one('a'), one('b'), one('c')], want: 'abcabc' },
  { name: 'in proportion to weight, mixed', given: [one('a', 2), one('b', 1)], want: 'abaaba' },
  { name: 'the busy one waits', given: [one('a', 1, 3), one('b', 1, 1)], want: 'bbbbbb' },
  { name: 'busy for its weight', given: [one('a', 4, 3), one('b', 1, 1)], want: 'aaaaaa' },
  { name: 'one alone', given: [one('a', 1, 100)], want: 'aaaaaa' },
])('$name', ({ given, want }) => {
  expect(shares(given, 6)).toBe(want);
});

test('who was busy is not owed the turns that it missed', () => {
  const slow = { ...one('a'), active: 5 };
  const candidates = [slow, one('b')];
  shares(candidates, 100);
  slow.active = 0;
  expect(shares(candidates, 6)).toMatch(/^(ab){3}$|^(ba){3}$/);
});

test('nobody', () => {
  expect(pick([])).toBeUndefined();
});
