import { decode } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { respond, type Transport } from '../../src/dns/respond.ts';
import { type DnsSettings, dnsSettings } from '../../src/dns/settings.ts';
import type { CatalogView } from '../../src/dns/view.ts';
import { questionBytes, shownAnswer } from '../support/dns-message.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';

const many = (count: number, node = 'n', meta: Record<string, string> = {}): CatalogView =>
  memoryCatalog(
    Array.from({ length: count }, (_, i) => ({
      Node: `${node}${i}`,
      Address: `10.1.${i >> 8}.${i & 255}`,
      NodeMeta: meta,
      Service: { Service: 'big', Port: 80 },
    })),
  );

function bytesOf(
  message: Buffer,
  view: CatalogView,
  transport: Transport = 'udp',
  settings: Partial<DnsSettings> = {},
) {
  const response = respond(message, transport, { view, settings: dnsSettings(settings), random: Math.random, now: 1 });
  return response.kind === 'answer' ? response.bytes : undefined;
}

describe('malformed messages', () => {
  const good = questionBytes({ name: 'big.service.consul' });
  const withBytes = (at: number, ...bytes: number[]): Buffer => {
    const copy = Buffer.from(good);
    copy.set(bytes, at);
    return copy;
  };
  const cases: { name: string; given: Buffer; want: string }[] = [
    { name: 'nothing', given: Buffer.alloc(0), want: 'silence' },
    { name: 'shorter than a header', given: good.subarray(0, 11), want: 'silence' },
    { name: 'an answer', given: withBytes(2, 0x81), want: 'silence' },
    { name: 'no question', given: withBytes(4, 0, 0), want: 'FORMERR' },
    { name: 'two questions', given: withBytes(4, 0, 2), want: 'FORMERR' },
    { name: 'a name without end', given: good.subarray(0, 20), want: 'FORMERR' },
    { name: 'a name that is a pointer to itself', given: withBytes(12, 0xc0, 12), want: 'FORMERR' },
    { name: 'a label of a reserved kind', given: withBytes(12, 0x80), want: 'FORMERR' },
    { name: 'no type and class', given: good.subarray(0, good.length - 3), want: 'FORMERR' },
    { name: 'additional records that are not there', given: withBytes(10, 0xff, 0xff), want: 'FORMERR' },
    { name: 'longer than any query', given: Buffer.concat([good, Buffer.alloc(5000)]), want: 'FORMERR' },
    { name: 'another opcode', given: withBytes(2, 0x29), want: 'NOTIMP' },
    { name: 'another class', given: withBytes(good.length - 2, 0, 3), want: 'REFUSED' },
  ];
  test.each(cases)('$name: $want', ({ given, want }) => {
    const bytes = bytesOf(given, many(1));
    expect(bytes ? shownAnswer(bytes).rcode : 'silence').toBe(want);
    if (bytes && want !== 'REFUSED') expect(bytes.subarray(4)).toEqual(Buffer.alloc(8));
  });

  test('no message of random bytes throws or gets an answer that cannot be read', () => {
    let seed = 7;
    const next = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed >>> 16;
    };
    const view = many(3);
    for (let i = 0; i < 20_000; i++) {
      const message =
        i % 2 === 0 ? Buffer.from(good) : Buffer.from(questionBytes({ name: 'big.service.consul', edns: 900 }));
      for (let flips = 1 + (next() % 4); flips > 0; flips--) message[next() % message.length] = next() & 255;
      const bytes = bytesOf(message.subarray(0, next() % 8 === 0 ? next() % message.length : message.length), view);
      if (bytes) decode(bytes);
    }
  });

  test('EDNS of a version to come is BADVERS', () => {
    const message = questionBytes({ name: 'big.service.consul', edns: 1232 });
    message[message.length - 5] = 1;
    const bytes = bytesOf(message, many(1));
    const opt = bytes && decode(bytes).additionals?.[0];
    expect(opt?.type === 'OPT' && opt.extendedRcode).toBe(1);
  });

  test('a view that throws is SERVFAIL', () => {
    const broken: CatalogView = {
      ...many(1),
      service: () => {
        throw new Error('broken');
      },
    };
    const bytes = bytesOf(good, broken);
    expect(bytes && shownAnswer(bytes).rcode).toBe('SERVFAIL');
  });
});

describe('fitting', () => {
  type Given = {
    type: string;
    count: number;
    edns?: number;
    transport?: Transport;
    settings?: Partial<DnsSettings>;
    meta?: string;
  };
  type Want = { answer: number; additional: number; tc: boolean };
  const cases: { name: string; given: Given; want: Want }[] = [
    { name: 'plain UDP gets three', given: { type: 'A', count: 60 }, want: { answer: 3, additional: 0, tc: false } },
    {
      name: 'TC says so when asked to',
      given: { type: 'A', count: 60, settings: { enableTruncate: true } },
      want: { answer: 3, additional: 0, tc: true },
    },
    {
      name: 'TC is not set when nothing was left out',
      given: { type: 'A', count: 3, settings: { enableTruncate: true } },
      want: { answer: 3, additional: 0, tc: false },
    },
    {
      name: 'the limit can be set',
      given: { type: 'SRV', count: 60, settings: { udpAnswerLimit: 5 } },
      want: { answer: 5, additional: 5, tc: false },
    },
    {
      name: 'EDNS by size',
      given: { type: 'SRV', count: 60, edns: 800 },
      want: { answer: 13, additional: 13, tc: false },
    },
    {
      name: 'TCP has no limit',
      given: { type: 'SRV', count: 500, transport: 'tcp' },
      want: { answer: 500, additional: 500, tc: false },
    },
    {
      name: 'TCP ends at 64 KiB',
      given: { type: 'SRV', count: 2000, transport: 'tcp', settings: { enableTruncate: true } },
      want: { answer: expect.any(Number), additional: expect.any(Number), tc: true },
    },
    {
      name: 'a record limit holds on TCP',
      given: { type: 'A', count: 60, transport: 'tcp', settings: { aRecordLimit: 7 } },
      want: { answer: 7, additional: 0, tc: false },
    },
    {
      name: 'metadata that does not fit beside one answer is left out, its address is not',
      given: { type: 'SRV', count: 1, meta: 'm'.repeat(600) },
      want: { answer: 1, additional: 1, tc: false },
    },
    {
      name: 'metadata takes no room from answers',
      given: { type: 'SRV', count: 3, meta: 'm'.repeat(150) },
      want: { answer: 3, additional: 3, tc: false },
    },
    {
      name: 'metadata comes along when everything fits',
      given: { type: 'SRV', count: 3, meta: 'm'.repeat(20) },
      want: { answer: 3, additional: 6, tc: false },
    },
    {
      name: 'a record limit holds where TXT gives addresses, too',
      given: { type: 'TXT', count: 60, transport: 'tcp', settings: { aRecordLimit: 7 } },
      want: { answer: 7, additional: 0, tc: false },
    },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    const view = many(given.count, 'n', given.meta ? { note: given.meta } : {});
    const ask = { name: 'big.service.consul', type: given.type };
    const message = questionBytes(given.edns ? { ...ask, edns: given.edns } : ask);
    const bytes = bytesOf(message, view, given.transport, given.settings) ?? Buffer.alloc(0);
    const shown = shownAnswer(bytes);
    expect({ answer: shown.answer.length, additional: shown.additional.length, tc: shown.flags.tc }).toEqual(want);
    const limit = given.transport === 'tcp' ? 65_535 : (given.edns ?? 512);
    expect(bytes.length).toBeLessThanOrEqual(limit);
  });

  test('a node whose metadata alone is too long for its only answer: TC, so that the client asks over TCP', () => {
    const view = memoryCatalog([{ Node: 'n', Address: '10.0.0.1', NodeMeta: { note: 'm'.repeat(600) } }]);
    const message = questionBytes({ name: 'n.node.consul', type: 'TXT' });
    expect(shownAnswer(bytesOf(message, view) ?? Buffer.alloc(0))).toMatchObject({ answer: [], flags: { tc: true } });
    const overTcp = shownAnswer(bytesOf(message, view, 'tcp') ?? Buffer.alloc(0));
    expect(overTcp.answer[0]?.data).toEqual([`note=${'m'.repeat(250)}`, 'm'.repeat(255), 'm'.repeat(95)]);
  });
});

describe('names on the wire', () => {
  test('every name comes back in the case of the question, byte by byte', () => {
    const message = questionBytes({ name: 'BiG.Service.CONSUL', type: 'SRV' });
    const shown = shownAnswer(bytesOf(message, many(2)) ?? Buffer.alloc(0));
    expect(shown.question).toEqual(['BiG.Service.CONSUL. SRV']);
    expect(shown.answer.map((one) => one.name)).toEqual(['BiG.Service.CONSUL.', 'BiG.Service.CONSUL.']);
    expect(shown.additional.map((one) => one.name).sort()).toEqual(['n0.node.dc1.consul.', 'n1.node.dc1.consul.']);
  });

  test('sixty A answers take 16 bytes each', () => {
    const bytes = bytesOf(questionBytes({ name: 'big.service.consul' }), many(60), 'tcp');
    expect(bytes?.length).toBe(12 + 20 + 4 + 60 * 16);
  });

  test('a label that is not ASCII goes back as it came', () => {
    const message = questionBytes({ name: 'xx.service.consul' });
    message.set([0xc3, 0xfe], 13);
    const bytes = bytesOf(message, many(1)) ?? Buffer.alloc(0);
    expect(bytes.subarray(12, message.length)).toEqual(message.subarray(12));
    expect(shownAnswer(bytes).rcode).toBe('NXDOMAIN');
  });
});
