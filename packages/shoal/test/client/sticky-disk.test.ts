import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Allocation } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { anAllocation, aTask, jobOf } from './support/builders.ts';
import { aClientWorld } from './support/client-world.ts';

const running = ({ clientStatus }: { clientStatus: string }) => clientStatus === 'running';

/** An allocation that wrote something and ended, and one in its place. */
async function replaced({ sticky, previous = true }: { sticky: boolean; previous?: boolean }) {
  const world = await aClientWorld();
  await world.boot();
  const job = jobOf(
    [aTask({ Name: 'a' }), aTask({ Name: 'b' })],
    {},
    {
      EphemeralDisk: { SizeMB: 20, Sticky: sticky, Migrate: false },
    },
  );
  const first = anAllocation(job);
  const folder = ({ ID }: Allocation) => join(world.dataDir, 'alloc', ID);
  world.server.put(first);
  await world.reported(first.ID, 'runs', running);
  await writeFile(join(folder(first), 'alloc/data/db'), 'data');
  await mkdir(join(folder(first), 'a/local/deep'));
  await writeFile(join(folder(first), 'a/local/deep/file'), 'local');
  await writeFile(join(folder(first), 'a/secrets/key'), 'secret');
  world.server.put({ ...first, DesiredStatus: 'stop', AllocModifyIndex: 2 });
  await world.reported(first.ID, 'ends', ({ clientStatus }) => clientStatus === 'complete');
  const second = anAllocation(job, previous ? { PreviousAllocation: first.ID } : {});
  world.server.put(second);
  await world.reported(second.ID, 'runs', running);
  const read = (path: string) => readFile(join(folder(second), path), 'utf8').catch(() => undefined);
  return { world, second, read };
}

describe('the data of an allocation', () => {
  test('goes to the one in its place where the disk is sticky', async () => {
    const { world, second, read } = await replaced({ sticky: true });
    expect([await read('alloc/data/db'), await read('a/local/deep/file')]).toEqual(['data', 'local']);
    expect(await read('a/secrets/key')).toBeUndefined();
    await world.client.control.restart(second.ID, 'a');
    await world.reported(
      second.ID,
      'runs again',
      ({ taskStates: { a } }) => a?.Restarts === 1 && a.State === 'running',
    );
    expect(await read('alloc/data/db')).toBe('data');
  });

  test.each([
    { name: 'where the disk is not sticky', given: { sticky: false } },
    { name: 'where nothing was replaced', given: { sticky: true, previous: false } },
  ])('stays where it is $name', async ({ given }) => {
    const { read } = await replaced(given);
    expect([await read('alloc/data/db'), await read('a/local/deep/file')]).toEqual([undefined, undefined]);
  });
});
