import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { smallDisk } from '../support/small-disk.ts';
import { tempDir } from '../support/temp-dir.ts';
import { put, rows, storeContract } from './contract.ts';

describe('embedded store', () => {
  storeContract((path) => openEmbeddedStore({ path }));

  test('a full disk refuses the write, keeps what was there, and goes on when there is room', async () => {
    const disk = await smallDisk(4 * 1024 * 1024);
    await writeFile(join(disk, 'ballast'), Buffer.alloc(2 * 1024 * 1024));
    const store = await openEmbeddedStore({ path: join(disk, 'state') });
    onTestFinished(() => store.close());
    await store.commit({ ops: [put('a', 1)] });
    const big = { kind: 'put', table: 't', key: 'big', value: { v: 'x'.repeat(3_000_000) } } as const;
    await expect(store.commit({ ops: [big] })).rejects.toMatchObject({ code: 'store-write' });
    expect(store.index()).toBe(1);
    expect((await rows(store)).map((row) => row.key)).toEqual(['a']);
    await rm(join(disk, 'ballast'));
    expect(await store.commit({ ops: [put('b', 2)] })).toEqual({ ok: true, index: 2 });
    expect((await rows(store)).map((row) => row.key)).toEqual(['a', 'b']);
  });

  test('kill -9 loses nothing that was answered', async () => {
    const path = await tempDir();
    const writer = new URL('./fixtures/writer.mjs', import.meta.url);
    const child = fork(writer, [path], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const answered: string[] = [];
    child.on('message', (key) => {
      answered.push(String(key));
      if (answered.length === 500) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    const store = await openEmbeddedStore({ path });
    const kept = new Set((await rows(store)).map((row) => row.key));
    await store.close();
    expect(answered.length).toBeGreaterThanOrEqual(500);
    expect(answered.filter((key) => !kept.has(key))).toEqual([]);
  });
});
