import { expect, test } from 'vitest';
import { createExpiry } from '../src/expiry.ts';
import { until } from './support/until.ts';

test('a clock that jumped gives the same time on top', async () => {
  let now = 0;
  const ended: string[] = [];
  const expiry = createExpiry(
    () => now,
    (id) => ended.push(id),
  );
  expiry.set('a', 10);
  expiry.set('b', 10);
  expiry.clear('b');
  // The process stood still for 600 ms: its clients could not renew either.
  now = 610;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ended).toEqual([]);
  expect(expiry.has('a')).toBe(true);
  await until('it ends', () => ended.includes('a'));
  expect(ended).toEqual(['a']);
});
