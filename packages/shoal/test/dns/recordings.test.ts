import { describe, expect, test } from 'vitest';
import { respond } from '../../src/dns/respond.ts';
import { type DnsSettings, dnsSettings } from '../../src/dns/settings.ts';
import { questionBytes, type ShownAnswer, type ShownRecord, shownAnswer } from '../support/dns-message.ts';
import { goldenJson } from '../support/golden.ts';
import { memoryCatalog, type Registration } from '../support/memory-catalog.ts';

// What the real program answered, asked again here without sockets: the same catalog, the same questions.

type Step = {
  kind: 'http' | 'dns';
  path?: string;
  body?: Registration;
  repeat?: { from: number; to: number };
  name: string;
  type: string;
  rd?: boolean;
  tcp?: boolean;
  edns?: number;
  ednsSize?: boolean;
  anyOf?: string;
  maxSize?: number;
  approx?: boolean;
};
type Scenario = { steps: Step[]; needs?: { config: { domain?: string } } };
type Recorded = { steps: (ShownAnswer & { step: string; fits?: boolean })[] };

const NODE = 'agent-one';
const ADDRESS = '127.0.0.1';
const SETTINGS: Record<string, Partial<DnsSettings>> = {
  'dns-domain': { domain: 'mooncarrot.space.', altDomains: ['alt-carrot.test.'] },
  'dns-ttl': {
    nodeTtl: 20,
    serviceTtl: { '*': 10, 'g-tl-web': 30, 'g-tl-ex*': 40 },
    soa: { refresh: 1800, retry: 300, expire: 43_200, minTtl: 5 },
  },
};
const NAMES = [
  'dns-cname',
  'dns-domain',
  'dns-node',
  'dns-rfc2782',
  'dns-service',
  'dns-soa-ns-ptr',
  'dns-truncation',
  'dns-ttl',
];

for (const name of NAMES) {
  const scenario = goldenJson('consul', `${name}.json`) as Scenario;
  const recorded = goldenJson('consul', `${name}.golden.json`) as Recorded;
  const catalog = memoryCatalog([
    { Node: NODE, Address: ADDRESS, Service: { Service: 'consul', Port: 8300 } },
    ...scenario.steps.flatMap(registrations),
  ]);
  const settings = dnsSettings(SETTINGS[name]);

  describe(name, () => {
    // Prepared queries are a part of the catalog that this view does not have.
    const asked = scenario.steps.map((step, i) => ({ step, want: recorded.steps[i] }));
    const questions = asked.filter(({ step }) => step.kind === 'dns' && !step.name.includes('.query.'));
    test.each(questions)('$want.step', ({ step, want }) => {
      const question = {
        name: step.name.replace('{{node}}', NODE),
        type: step.type,
        recursionDesired: step.rd !== false,
      };
      const message = questionBytes(step.edns === undefined ? question : { ...question, edns: step.edns });
      const context = { view: catalog, settings, random: Math.random, now: 1_700_000_000 };
      const response = respond(message, step.tcp ? 'tcp' : 'udp', context);
      if (response.kind !== 'answer') throw new Error(`no answer but ${response.kind}`);
      const { step: _, ...expected } = JSON.parse(
        JSON.stringify(want).replaceAll('{{node}}', NODE).replaceAll('{{addr}}', ADDRESS),
      );
      expect(normalised(response.bytes, step)).toEqual(expected);
    });
  });
}

function registrations(step: Step): Registration[] {
  if (step.kind !== 'http' || step.path !== '/v1/catalog/register' || !step.body) return [];
  const text = JSON.stringify(step.body);
  if (!step.repeat) return [step.body];
  const { from, to } = step.repeat;
  return Array.from({ length: to - from + 1 }, (_, i) => JSON.parse(text.replaceAll('{{i}}', String(from + i))));
}

function normalised(bytes: Buffer, step: Step): unknown {
  const { edns, ...shown } = shownAnswer(bytes);
  const section = (records: ShownRecord[]): unknown => {
    const hidden = records.map((record) => hideAny(record, step.anyOf));
    if (step.approx) return roughly(hidden);
    const lines = hidden.map(({ name, type, ttl, data }) => JSON.stringify({ name, type, ttl, data }));
    return lines.sort().map((line) => JSON.parse(line));
  };
  return {
    ...shown,
    ...(edns ? { edns: step.ednsSize ? edns : true } : {}),
    answer: section(shown.answer),
    authority: section(shown.authority),
    additional: section(shown.additional),
    ...(step.maxSize ? { fits: bytes.length <= step.maxSize } : {}),
  };
}

function hideAny(record: ShownRecord, pattern: string | undefined): ShownRecord {
  if (!pattern) return record;
  const hide = (text: string): string => text.replace(new RegExp(pattern), '<any>');
  return {
    ...record,
    name: hide(record.name),
    data: typeof record.data === 'string' ? hide(record.data) : record.data,
  };
}

/** How many records fit depends on how names are compressed: only the recordings' magnitude counts. Within a quarter, as their replayer has it. */
function roughly(records: ShownRecord[]): unknown {
  const kinds = [...new Set(records.map((record) => `${record.type} ttl ${record.ttl}`))].sort();
  const near = (want: number): boolean => Math.abs(records.length - want) <= Math.max(2, want * 0.25);
  return { approximately: { asymmetricMatch: (want: number) => near(want) }, kinds };
}
