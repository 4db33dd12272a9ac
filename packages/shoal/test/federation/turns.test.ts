import { expect, test } from 'vitest';
import { createTurns } from '../../src/federation/turns.ts';

test('the one that answered last is first, and those that failed rest', () => {
  let now = 0;
  const turns = createTurns(['a', 'b', 'c'], 3_000, () => now);
  expect(turns.order()).toEqual(['a', 'b', 'c']);
  turns.answered('b');
  expect(turns.order()).toEqual(['b', 'a', 'c']);
  turns.failed('b', 'connection refused');
  expect(turns.order()).toEqual(['a', 'c']);
  expect(turns.reasons()).toEqual(['b: connection refused']);
  turns.failed('a', 'no answer within 1 s');
  turns.failed('c', 'no such host');
  expect(turns.order()).toEqual([]);
  now = 3_001;
  expect(turns.order()).toEqual(['b', 'a', 'c']);
  expect(turns.reasons()).toEqual([]);
});
