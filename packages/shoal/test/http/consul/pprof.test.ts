import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encodePprof, type Profile } from '../../../src/http/consul/pprof/encode.ts';
import { pprofEndpoints } from '../../../src/http/consul/pprof/endpoints.ts';
import { sampleHeap } from '../../../src/http/consul/pprof/heap.ts';
import type { ApiRequest } from '../../../src/http/shared/request.ts';
import { until } from '../../support/until.ts';

/** Fields of a protocol buffer by their numbers: numbers, or bytes. */
function fieldsOf(bytes: Buffer): [number, number | Buffer][] {
  const fields: [number, number | Buffer][] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) fields.push([tag >> 3, varint()]);
    else {
      const length = varint();
      fields.push([tag >> 3, bytes.subarray(at, at + length)]);
      at += length;
    }
  }
  return fields;
}

const all = (bytes: Buffer, number: number) =>
  fieldsOf(bytes).flatMap(([found, value]) => (found === number ? [value] : []));
const texts = (bytes: Buffer) => all(bytes, 6).map(String);

const PROFILE: Profile = {
  types: [{ type: 'cpu', unit: 'nanoseconds' }],
  samples: [
    {
      stack: [
        { name: 'inner', file: 'a.js', line: 3 },
        { name: 'outer', file: 'a.js', line: 300 },
      ],
      values: [1e7],
    },
    { stack: [{ name: 'outer', file: 'a.js', line: 300 }], values: [2e7] },
  ],
  period: { type: 'cpu', unit: 'nanoseconds', value: 1e7 },
  time: 1.7e18,
  duration: 2e9,
};

describe("pprof's format", () => {
  const bytes = gunzipSync(encodePprof(PROFILE));

  test('begins its texts with the empty one, and has each once', () => {
    expect(texts(bytes)[0]).toBe('');
    expect(texts(bytes).sort()).toEqual(['', 'a.js', 'cpu', 'inner', 'nanoseconds', 'outer']);
  });

  test('has a function and a location for each frame, numbered from 1', () => {
    expect(all(bytes, 4).map((location) => all(location as Buffer, 1)[0])).toEqual([1, 2]);
    expect(all(bytes, 5).map((one) => texts(bytes)[all(one as Buffer, 2)[0] as number])).toEqual(['inner', 'outer']);
  });

  test('has samples with their values', () => {
    const values = all(bytes, 2).map((sample) =>
      fieldsOf(sample as Buffer).map(([, packed]) => [...(packed as Buffer)]),
    );
    expect(values).toEqual([
      [
        [1, 2],
        [0x80, 0xad, 0xe2, 0x04],
      ],
      [[2], [0x80, 0xda, 0xc4, 0x09]],
    ]);
    expect(all(bytes, 10)).toEqual([2e9]);
  });
});

const ask = (path: string, query = '') =>
  ({
    params: { '*': path },
    query: new URLSearchParams(query),
    signal: new AbortController().signal,
  }) as unknown as ApiRequest;

describe('profiles of the agent', () => {
  test('are not there unless they are asked for', () => {
    expect(pprofEndpoints(false, Date.now)).toEqual([]);
  });

  type Got = { status: number; body: { bytes: Buffer } };
  const handler = () =>
    pprofEndpoints(true, Date.now)[0]?.methods.GET as unknown as (request: ApiRequest) => Promise<Got>;

  test('say where time went', async () => {
    const get = handler();
    const spin = setInterval(function busyWithNothing() {
      for (const end = performance.now() + 20; performance.now() < end; ) Math.sqrt(end);
    }, 1);
    onTestFinished(() => clearInterval(spin));
    await until('a profile shows it', async () => {
      const { body } = await get(ask('profile', 'seconds=0.5'));
      return texts(gunzipSync(body.bytes)).includes('busyWithNothing');
    });
  });

  test('say where memory went', async () => {
    const sampling = await sampleHeap(Date.now);
    const kept = (function hoardsTexts() {
      return Array.from({ length: 50_000 }, (_, at) => `text ${at}`);
    })();
    const profile = await sampling.profile();
    sampling.stop();
    expect(kept).toHaveLength(50_000);
    expect(profile.samples.flatMap(({ stack }) => stack.map(({ name }) => name))).toContain('hoardsTexts');
  });

  test.each([
    { path: '', status: 200 },
    { path: 'goroutine', status: 200 },
    { path: 'cmdline', status: 200 },
    { path: 'heap', status: 200 },
    { path: 'nothing', status: 404 },
  ])('$path is $status', async ({ path, status }) => {
    expect(await handler()(ask(path))).toMatchObject({ status });
  });

  test.each(['x', '0', '-1', '601'])('seconds=%s are refused', async (seconds) => {
    await expect(handler()(ask('profile', `seconds=${seconds}`))).rejects.toThrow(/seconds is a number/);
  });
});
