import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { fillDisk, smallDisk } from '../support/small-disk.ts';
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
    const both = { ops: [put('a', 2), big], require: [{ table: 't', key: 'a', modifyIndex: 1 }] };
    await expect(store.commit(both)).rejects.toMatchObject({ code: 'store-write' });
    expect(store.index()).toBe(1);
    expect((await rows(store)).map((row) => row.key)).toEqual(['a']);
    const stale = { ops: [put('a', 3)], require: [{ table: 't', key: 'a', modifyIndex: 2 }] };
    expect(await store.commit(stale)).toMatchObject({ ok: false, found: 1 });
    await rm(join(disk, 'ballast'));
    expect(await store.commit({ ops: [put('b', 2)] })).toEqual({ ok: true, index: 2 });
    expect((await rows(store)).map((row) => row.key)).toEqual(['a', 'b']);
  });

  test('a disk that stays full under thousands of writes costs none that was answered, and not the process', async () => {
    const disk = await smallDisk(8 * 1024 * 1024);
    const path = join(disk, 'state');
    const writer = new URL('./fixtures/full-disk-writer.mjs', import.meta.url);
    const child = fork(writer, [path], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const reports: unknown[] = [];
    child.on('message', (report) => reports.push(report));
    const [code, signal] = await once(child, 'exit');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    const { taken, refused, reason } = reports[0] as { taken: Record<string, number>; refused: number; reason: string };
    expect(refused).toBeGreaterThan(500);
    expect(reason).toMatch(/could not write: .*no space left on device.*free some space/i);
    const store = await openEmbeddedStore({ path });
    onTestFinished(() => store.close());
    expect(Object.fromEntries((await rows(store)).map(({ key, value }) => [key, (value as { n: number }).n]))).toEqual(
      taken,
    );
  });

  test('a disk that is full when it is opened is told, and the process goes on', async () => {
    const disk = await smallDisk(1024 * 1024);
    const makeRoom = await fillDisk(disk, 2 * 1024 * 1024);
    await expect(openEmbeddedStore({ path: join(disk, 'state') })).rejects.toThrow(
      /no space left on device.*free some space/i,
    );
    await makeRoom();
    const store = await openEmbeddedStore({ path: join(disk, 'state') });
    onTestFinished(() => store.close());
    await rows(store);
    expect(await store.commit({ ops: [put('a', 1)] })).toEqual({ ok: true, index: 1 });
  });

  test('holds no more than so many changes for followers that come late', async () => {
    const store = await openEmbeddedStore({ path: await tempDir() });
    onTestFinished(() => store.close());
    for (let set = 0; set < 5; set += 1)
      await store.commit({ ops: Array.from({ length: 10_000 }, (_, at) => put(`${set}-${at}`, at)) });
    expect(store.follow(0, () => {})).toBe('compacted');
    const late: number[] = [];
    store.follow(3, ({ index }) => late.push(index));
    expect(late).toEqual([4, 5]);
  });

  test('reads what the first format of the file has, and keeps it as the present one', async () => {
    const path = await tempDir();
    const former = open<string, string>({ path, noSubdir: false, encoding: 'string' });
    await former.put('\u0001meta', JSON.stringify({ format: 1, index: 7 }));
    await former.put('t\u0000a', '[2,7,{"v":"a, b"}]');
    await former.put('t\u0000b', '[3,3,{"v":1}]');
    await former.close();
    const want = [
      { table: 't', key: 'a', value: { v: 'a, b' }, createIndex: 2, modifyIndex: 7 },
      { table: 't', key: 'b', value: { v: 1 }, createIndex: 3, modifyIndex: 3 },
    ];
    for (const time of ['first', 'second']) {
      const store = await openEmbeddedStore({ path });
      expect({ time, index: store.index(), rows: await rows(store) }).toEqual({ time, index: 7, rows: want });
      await store.close();
    }
  });

  test('takes no write before what is there was loaded', async () => {
    const path = await tempDir();
    const first = await openEmbeddedStore({ path });
    await first.commit({ ops: [put('a', 1)] });
    await first.close();
    const store = await openEmbeddedStore({ path });
    onTestFinished(() => store.close());
    await expect(store.commit({ ops: [put('a', 2)] })).rejects.toThrow(/before its rows were loaded/);
    await rows(store);
    expect(await store.commit({ ops: [put('a', 2)] })).toEqual({ ok: true, index: 2 });
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
