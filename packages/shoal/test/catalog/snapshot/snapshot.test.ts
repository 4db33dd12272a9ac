import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readSnapshot, writeSnapshot } from '../../../src/catalog/snapshot/format.ts';
import { rowsOfRecords } from '../../../src/catalog/snapshot/from-records.ts';
import { pack, Unpacker } from '../../../src/catalog/snapshot/msgpack.ts';
import { recordsOf } from '../../../src/catalog/snapshot/records.ts';
import type { Change } from '../../../src/store/contract.ts';
import { tarEnd, tarHead, tarPadding, untar } from '../../../src/tar.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** As a real Consul 1.8.7 wrote it, with a key of bytes and one that is locked, an instance on another node, a query, and three configuration entries. */
const RECORDED = readFileSync(fileURLToPath(new URL('consul-1.8.7.snap', import.meta.url)));

const rowsOf = (rows: readonly { table: string; value: unknown }[], table: string) =>
  rows.filter((row) => row.table === table).map(({ value }) => value);

describe("a snapshot of Consul's", () => {
  test('has the rows that our tables have', async () => {
    const { header, origin, rows } = await readSnapshot(Readable.from([RECORDED]));
    expect(header).toMatchObject({ version: '', index: 15, time: expect.stringMatching(/^20\d\d-/) });
    expect(origin).toBe('consul');
    expect(rowsOf(rows, 'kv')).toEqual([
      {
        Key: 'snap/bin',
        Value: Buffer.from([0xff, 0xfe, 0, 0x61, 0x62]).toString('base64'),
        Flags: '18446744073709551615',
        LockIndex: 0,
      },
      { Key: 'snap/locked', Value: 'dg==', Flags: '0', LockIndex: 1, Session: expect.any(String) },
    ]);
    expect(rowsOf(rows, 'kvLocks')).toEqual([{ Session: expect.any(String) }]);
    expect(rowsOf(rows, 'sessions')).toMatchObject([
      { Name: 's', LockDelay: 5e9, Behavior: 'delete', NodeChecks: ['serfHealth'] },
    ]);
    expect(rowsOf(rows, 'catalogNodes')).toMatchObject([
      { Node: 'far', Meta: { rack: 'a1' }, TaggedAddresses: null },
      { Node: 'n1' },
    ]);
    expect(rowsOf(rows, 'catalogServices')).toContainEqual({
      ...{ Node: 'far', ServiceID: 'db1', ServiceName: 'db', ServiceKind: '', ServiceTags: ['x'], ServiceAddress: '' },
      ...{
        ServiceTaggedAddresses: { lan: { Address: '1.1.1.1', Port: 5 } },
        ServiceWeights: { Passing: 2, Warning: 1 },
      },
      ...{ ServiceMeta: { m: '1' }, ServicePort: 5432, ServiceEnableTagOverride: false },
    });
    expect(rowsOf(rows, 'catalogChecks')).toContainEqual({
      ...{ Node: 'far', CheckID: 'dbc', Name: 'db check', Status: 'passing', Notes: '', Output: '', ServiceID: 'db1' },
      ...{ ServiceName: 'db', ServiceTags: ['x'], Type: 'tcp', Definition: { TCP: 'h:1', Interval: '5s' } },
    });
    expect(rowsOf(rows, 'preparedQueries')).toMatchObject([
      { Name: 'snapq', Service: { Failover: { NearestN: 2 } }, DNS: { TTL: '10s' } },
    ]);
    expect(rowsOf(rows, 'configEntries')).toMatchObject([
      { Kind: 'proxy-defaults', Name: 'global', Config: { a: 1, b: 'x' } },
      { Kind: 'service-defaults', Name: 'web', Protocol: 'http' },
      {
        Kind: 'service-resolver',
        Name: 'web',
        ConnectTimeout: '5s',
        Subsets: { v1: { Filter: 'Service.Meta.version == v1' } },
      },
    ]);
  });

  test('written as records and read again is the same', async () => {
    const { rows } = await readSnapshot(Readable.from([RECORDED]));
    const records = Buffer.concat([...recordsOf(rows as Change[], 15)]);
    const byKey = (list: readonly { table: string; key: string }[]) =>
      [...list].sort((a, b) => (`${a.table}/${a.key}` < `${b.table}/${b.key}` ? -1 : 1));
    expect(byKey(rowsOfRecords(new Unpacker(records)))).toEqual(byKey(rows));
  });
});

test('what a service is in a mesh is written for Consul, and read again', () => {
  const change = (table: string, key: string, value: object) =>
    ({ table, key, createIndex: 3, modifyIndex: 3, value }) as Change;
  const Node = { ID: '', Node: 'n1', Address: '10.0.0.1', Datacenter: 'dc1', TaggedAddresses: null, Meta: null };
  const service = (ServiceID: string, more: object) =>
    change('catalogServices', `n1/${ServiceID}`, {
      ...{ Node: 'n1', ServiceID, ServiceName: ServiceID, ServiceKind: '', ServiceTags: [], ServiceAddress: '' },
      ...{
        ServiceWeights: { Passing: 1, Warning: 1 },
        ServiceMeta: {},
        ServicePort: 1,
        ServiceEnableTagOverride: false,
      },
      ...more,
    });
  const Upstreams = [{ DestinationName: 'db', LocalBindPort: 9, Config: { a: 1 } }];
  const rows = [
    change('catalogNodes', 'n1', Node),
    service('native', { ServiceNative: true, ServiceSocketPath: '/run/s' }),
    service('proxy', { ServiceKind: 'connect-proxy', ServiceProxy: { DestinationServiceName: 'web', Upstreams } }),
  ];
  const records = Buffer.concat([...recordsOf(rows, 3)]);
  expect(rowsOf(rowsOfRecords(new Unpacker(records)), 'catalogServices')).toEqual(
    rows.slice(1).map(({ value }) => value),
  );
});

const ROWS: Change[] = [
  { table: 'jobs', key: 'default/web', createIndex: 3, modifyIndex: 5, value: { ID: 'web', Name: 'wéb\n' } },
  { table: 'kv', key: 'a', createIndex: 4, modifyIndex: 4, value: { Key: 'a', Value: null, Flags: '0', LockIndex: 0 } },
];
const HEADER = { version: '1', index: 7, datacenter: 'dc1', time: '2026-01-02T03:04:05.000Z' };
const SERVER = { id: 'b', address: '10.0.0.1:4647' };

async function written(rows: readonly Change[] = ROWS): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of writeSnapshot(HEADER, SERVER, rows)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a snapshot of ours', () => {
  test('comes back with every table, under its own header', async () => {
    const { header, origin, rows } = await readSnapshot(Readable.from([await written()]));
    expect({ header, origin, rows }).toEqual({ header: HEADER, origin: 'shoal', rows: ROWS });
  });

  test('is an archive as any tar reads it, with sums that hold', async () => {
    const dir = await tempDir();
    writeFileSync(join(dir, 'a.snap'), await written());
    execFileSync('tar', ['-xzf', 'a.snap'], { cwd: dir });
    expect(execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: dir, encoding: 'utf8' })).toBe(
      'meta.json: OK\nstate.bin: OK\n',
    );
    const meta = JSON.parse(readFileSync(join(dir, 'meta.json'), 'utf8')) as object;
    expect(meta).toMatchObject({ Version: 1, Index: 7, Size: readFileSync(join(dir, 'state.bin')).length });
  });

  test('of many rows is written in pieces', async () => {
    const rows = Array.from({ length: 30_000 }, (_, at) => ({
      ...(ROWS[1] as Change),
      key: `k${at}`,
      value: { Key: `k${at}`, Value: null, Flags: '0', LockIndex: 0 },
    }));
    const snapshot = await readSnapshot(Readable.from([await written(rows)]));
    expect(snapshot.rows).toHaveLength(30_000);
    expect(snapshot.rows[29_999]).toEqual(rows[29_999]);
  });

  test('that was changed or cut off is none', async () => {
    const whole = gunzipSync(await written());
    const read = (bytes: Buffer) => readSnapshot(Readable.from([bytes]));
    for (const at of ['ConfigurationIndex', 'LastIndex', 'wéb', 'prepared-queries'].map((text) =>
      whole.indexOf(text),
    )) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ 1;
      await expect(read(gzipSync(changed))).rejects.toThrow(/no whole snapshot/);
    }
    await expect(read(gzipSync(whole.subarray(0, whole.length - 2048)))).rejects.toThrow(/no whole snapshot/);
    await expect(read(gzipSync(Buffer.alloc(0)))).rejects.toThrow(/no whole snapshot/);
    await expect(read(gzipSync(tarEnd()))).rejects.toThrow(/something else/);
    await expect(read(Buffer.from('text'))).rejects.toThrow(/no whole snapshot/);
  });
});

describe('MessagePack', () => {
  test.each([
    { name: 'nothing', value: null },
    { name: 'truth', value: [true, false] },
    { name: 'small numbers', value: [0, 1, 127, -1, -32] },
    { name: 'numbers', value: [128, 255, 256, 65_536, 2 ** 32, 2 ** 53 - 1, -33, -129, -(2 ** 40)] },
    { name: 'great numbers', value: [18_446_744_073_709_551_615n] },
    { name: 'fractions', value: [0.5, -1.25, 1e300] },
    { name: 'lists', value: [Array.from({ length: 100 }, (_, at) => at)] },
    { name: 'maps', value: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`k${at}`, { at }])) },
  ])('$name', ({ value }) => {
    const unpacker = new Unpacker(pack(value));
    const read = unpacker.value();
    expect(JSON.stringify(read, big)).toBe(JSON.stringify(value, big));
    expect(unpacker.isAtEnd).toBe(true);
  });

  test.each(['', 'a', 'é'.repeat(20), 'x'.repeat(31), 'x'.repeat(32), 'x'.repeat(70_000)])('raw', (text) => {
    expect(String(new Unpacker(pack(text)).value())).toBe(text);
  });

  test.each([
    { name: 'cut off', bytes: [0xa5, 0x61] },
    { name: 'of an unknown type', bytes: [0xc1] },
    { name: 'nested without end', bytes: Array.from({ length: 1000 }, () => 0x91) },
    { name: 'a list that cannot be', bytes: [0xdd, 0xff, 0xff, 0xff, 0xff] },
  ])('$name', ({ bytes }) => {
    expect(() => new Unpacker(Buffer.from(bytes)).value()).toThrow(RangeError);
  });

  function big(_: string, value: unknown): unknown {
    return typeof value === 'bigint' ? String(value) : value;
  }
});

describe('tar', () => {
  test('reads what tar writes', async () => {
    const dir = await tempDir();
    writeFileSync(join(dir, 'one'), 'x'.repeat(513));
    writeFileSync(join(dir, 'two'), '');
    const archive = execFileSync('tar', ['-C', dir, '-cf', '-', 'one', 'two']);
    expect([...untar(archive)].map(([name, { length }]) => [name, length])).toEqual([
      ['one', 513],
      ['two', 0],
    ]);
  });

  test('sizes over 8 GiB have a form of their own', () => {
    const head = tarHead('big', 2 ** 34, 0);
    expect(() => untar(head)).toThrow(/cut off/);
    expect(Number(head.readBigUInt64BE(128))).toBe(2 ** 34);
    expect(tarPadding(512)).toHaveLength(0);
  });
});
