import { parseName } from './name.ts';
import type { QuestionType, Reply, ResourceRecord } from './records.ts';
import type { DnsSettings } from './settings.ts';

/** Names outside that an answer points to: without their addresses a client has nothing to connect to. */
export type Dangling = { readonly name: string; readonly types: readonly ('A' | 'AAAA')[] };

/** One answer asks for so many names at most. */
const MOST_NAMES = 8;

export function danglingNames(reply: Reply, type: QuestionType, settings: DnsSettings): Dangling[] {
  const types = TYPES[type];
  if (!types) return [];
  const owners = new Set(reply.items.map(({ record }) => record.name.toLowerCase()));
  const names = reply.items.flatMap(({ record, extra }) => {
    if (record.type === 'SRV') return extra.some((beside) => beside.name === record.target) ? [] : record.target;
    return record.type === 'CNAME' && !owners.has(record.target.toLowerCase()) ? record.target : [];
  });
  const outside = [...new Set(names)].filter((name) => parseName(name, settings).kind === 'foreign');
  return outside.slice(0, MOST_NAMES).map((name) => ({ name, types }));
}

const TYPES: Partial<Record<QuestionType, readonly ('A' | 'AAAA')[]>> = {
  A: ['A'],
  AAAA: ['AAAA'],
  ANY: ['A', 'AAAA'],
  SRV: ['A', 'AAAA'],
};

/** The answer with what was found: behind the alias, or beside the SRV record. */
export function withFound(reply: Reply, found: ReadonlyMap<string, readonly ResourceRecord[]>): Reply {
  const items = reply.items.flatMap((item) => {
    const { record } = item;
    if (record.type !== 'SRV' && record.type !== 'CNAME') return [item];
    const records = found.get(record.target) ?? [];
    if (record.type === 'SRV') return [{ record, extra: [...item.extra, ...records] }];
    return [item, ...records.map((one) => ({ record: one, extra: [] }))];
  });
  return { ...reply, items };
}
