import { expect, test } from 'vitest';
import { createLockTimes } from '../../../src/server/variables/locks.ts';
import type { VariableRow } from '../../../src/state/rows.ts';
import { until } from '../../support/until.ts';

const row = (id: string, ttlMs: number, delayMs: number): VariableRow => ({
  ...{ Namespace: 'default', Path: 'a', KeyID: 'k', Data: '', CreateTime: 0, ModifyTime: 0 },
  ...{ CreateIndex: 1, ModifyIndex: 1, Lock: { ID: id, TTL: ttlMs * 1e6, LockDelay: delayMs * 1e6 } },
});

test('a lock that is not renewed is lost at once, and taken off after its delay', async () => {
  const over: string[] = [];
  const times = createLockTimes(
    () => performance.now(),
    (key, id) => over.push(`${key} ${id}`),
  );
  const lock = row('one', 20, 30_000);
  times.renew(lock);
  expect(times.holds(lock)).toBe(true);
  await until('its time is over', () => !times.holds(lock));
  expect(over).toEqual([]);
  times.stop();

  times.renew(row('two', 5, 5));
  await until('it is taken off', () => over.length > 0);
  expect(over).toEqual(['default/a two']);
  times.renew(row('three', 5, 5));
  times.forget(row('three', 5, 5));
  times.renew(row('four', 20, 5));
  await until('the fourth is taken off', () => over.includes('default/a four'));
  expect(over).not.toContain('default/a three');
  times.stop();
});
