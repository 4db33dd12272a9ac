import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { createCatalogView } from '../../src/catalog/view.ts';
import { createPacketCache } from '../../src/dns/packet-cache.ts';
import { respond } from '../../src/dns/respond.ts';
import { dnsSettings } from '../../src/dns/settings.ts';
import type { ZoneContext } from '../../src/dns/zone-context.ts';
import { deregister, emptyState, register } from '../catalog/catalog-state.ts';
import { questionBytes, shownAnswer } from '../support/dns-message.ts';

type Asked = { name: string; type?: string; id?: number; edns?: number };

/** A cache over a real catalog. `ask` checks that the answer is the one that would be made without the cache; `sent` does not, where chance chooses. */
async function cached(settings = dnsSettings()) {
  const state = await emptyState();
  const view = createCatalogView(state, 'dc1');
  onTestFinished(() => view.close());
  const cache = createPacketCache();
  let reads = 0;
  const counting: ZoneContext['view'] = {
    ...plain(view),
    service(name) {
      reads += 1;
      return view.service(name);
    },
  };
  const context = { view: counting, settings, random: Math.random, now: 1000 };
  return {
    state,
    context,
    sent,
    ask(asked: Asked) {
      const bytes = sent(asked);
      const fresh = respond(questionBytes(asked), 'udp', context);
      expect(sorted(bytes)).toEqual(fresh.kind === 'answer' && sorted(fresh.bytes));
      return bytes;
    },
    reads: () => reads,
  };

  function sent(asked: Asked, transport: 'udp' | 'tcp' = 'udp', at: ZoneContext = context): Buffer {
    const response = cache(questionBytes(asked), transport, at);
    if (response.kind !== 'answer') throw new Error('no answer');
    return response.bytes;
  }
}

/** The methods of a class are not its own properties. */
function plain(view: ZoneContext['view']): ZoneContext['view'] {
  const { datacenter } = view;
  return {
    datacenter,
    service: (name) => view.service(name),
    node: (name) => view.node(name),
    nodeAt: (address) => view.nodeAt(address),
    instanceAt: (address) => view.instanceAt(address),
    onChange: (listener) => view.onChange(listener),
  };
}

/** Order is chance. */
function sorted(bytes: Buffer) {
  const shown = shownAnswer(bytes);
  const byText = (records: unknown[]) => records.map((one) => JSON.stringify(one)).sort();
  return { ...shown, answer: byText(shown.answer), additional: byText(shown.additional) };
}

const web = (i: number) => ({ Node: `n${i}`, Address: `10.0.0.${i}`, Service: { Service: 'web', Port: 80 } });
const SRV = { name: 'web.service.consul', type: 'SRV' };

test('every change of the catalog shows in the next answer', async () => {
  const { state, ask } = await cached();
  const asked: Asked[] = [
    SRV,
    { name: 'web.service.consul' },
    { name: 'n2.node.consul' },
    { name: 'n2.node.consul', type: 'TXT' },
    { name: 'consul', type: 'NS' },
    { name: '2.0.0.10.in-addr.arpa', type: 'PTR' },
    { name: 'alias.service.consul', type: 'SRV' },
  ];
  const changes = [
    () => register(state, web(1)),
    () => register(state, web(2)),
    () => register(state, { ...web(2), NodeMeta: { rack: 'b' } }),
    () => register(state, { Node: 'n2', SkipNodeUpdate: true, Checks: [{ CheckID: 'c', Status: 'warning' }] }),
    () => register(state, { Node: 'n1', SkipNodeUpdate: true, Checks: [{ CheckID: 'c', Status: 'critical' }] }),
    () => register(state, { Node: 'x', Address: 'web.service.consul', Service: { Service: 'alias', Port: 1 } }),
    () => register(state, { ...web(2), Address: '10.0.9.9' }),
    () => register(state, { Node: 'n3', Address: '10.0.0.3', Service: { Service: 'consul', Port: 8300 } }),
    () => deregister(state, { Node: 'n2', ServiceID: 'web' }),
    () => deregister(state, { Node: 'n2' }),
    () => deregister(state, { Node: 'n1' }),
  ];
  for (const change of changes) {
    for (let again = 0; again < 3; again++) for (const one of asked) ask(one);
    await change();
  }
  for (const one of asked) ask(one);
  expect(shownAnswer(ask(SRV)).rcode).toBe('NXDOMAIN');
});

test('an answer has the id, the case and the size that its own question asked for', async () => {
  const { state, sent } = await cached();
  for (let i = 1; i <= 40; i++) await register(state, web(i));
  expect([7, 9].map((id) => sent({ ...SRV, id }).readUInt16BE(0))).toEqual([7, 9]);
  expect(shownAnswer(sent({ name: 'wEb.Service.consul' })).question).toEqual(['wEb.Service.consul. A']);
  expect(shownAnswer(sent({ name: 'web.service.consul' })).answer).toHaveLength(3);
  expect(shownAnswer(sent({ name: 'web.service.consul', edns: 4096 })).answer).toHaveLength(40);
  expect(shownAnswer(sent({ name: 'web.service.consul' }, 'tcp')).answer).toHaveLength(40);
});

test('answers are sent again: nothing is looked up but whether they still hold', async () => {
  const { state, ask, reads, context } = await cached();
  await register(state, web(1));
  const cache = createPacketCache();
  cache(questionBytes(SRV), 'udp', context);
  const before = reads();
  expect(cache(questionBytes(SRV), 'udp', context)).toMatchObject({ kind: 'answer', rcode: 'NOERROR' });
  expect(reads() - before).toBe(1);
  ask(SRV);
});

test('whom clients meet first stays chance, as evenly as without a cache', async () => {
  const { state, sent } = await cached();
  for (const i of [1, 2, 3]) await register(state, web(i));
  const first = new Map<unknown, number>();
  for (let i = 0; i < 6000; i++) {
    const [record] = shownAnswer(sent({ name: 'web.service.consul' })).answer;
    first.set(record?.data, (first.get(record?.data) ?? 0) + 1);
  }
  expect([...first.keys()].sort()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  // About 200 shuffles stand behind these: five standard deviations of 3.3 %.
  for (const count of first.values()) expect(Math.abs(count / 6000 - 1 / 3)).toBeLessThan(0.17);
});

test('a serial tells the second of its own answer', async () => {
  const { sent, context } = await cached();
  const at = (now: number) => sent({ name: 'none.service.consul' }, 'udp', { ...context, now });
  expect(at(1000)).toEqual(at(1000));
  expect(at(1000)).not.toEqual(at(1001));
});

test('a failure is not kept', async () => {
  const { state, sent, context } = await cached();
  await register(state, web(1));
  const broken = { ...context.view, service: () => expect.unreachable('broken') as never };
  expect(shownAnswer(sent(SRV, 'udp', { ...context, view: broken })).rcode).toBe('SERVFAIL');
  expect(shownAnswer(sent(SRV)).rcode).toBe('NOERROR');
});

test('any number of names can be asked for: what is kept is bounded', async () => {
  const { context } = await cached();
  const cache = createPacketCache();
  const before = keptBytes();
  for (let i = 0; i < 60_000; i++)
    cache(questionBytes({ name: `${i}.${'x'.repeat(60)}.service.consul` }), i % 2 ? 'udp' : 'tcp', context);
  expect(keptBytes() - before).toBeLessThan(16 * 1024 * 1024);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function keptBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
