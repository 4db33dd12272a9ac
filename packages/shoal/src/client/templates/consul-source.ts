import type { ConsulClient } from '@shoal/api';
import type { Dependency, SourceAnswer } from '@shoal/gotemplate';

/** How long a blocking query waits for something newer. */
const WAIT_MS = 60_000;
/** Datacenters cannot be waited for: they are looked at this often. */
const DATACENTERS_MS = 30_000;

export type ConsulAsk = { after: number | undefined; signal: AbortSignal; sleep: Sleep };
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** Asks a Consul agent (this one, or a real one) for the data of a template; `undefined` for what is no matter of Consul's. */
export async function askConsul(
  consul: ConsulClient,
  dependency: Dependency,
  { after, signal, sleep }: ConsulAsk,
): Promise<SourceAnswer | undefined> {
  const blocking = { ...(after !== undefined && { index: after, waitMs: WAIT_MS }), signal };
  const at = 'dc' in dependency && dependency.dc !== '' ? { ...blocking, dc: dependency.dc } : blocking;
  switch (dependency.type) {
    case 'kv.get':
    case 'kv.block':
      return asAnswer(await consul.kv.read(dependency.key, at));
    case 'kv.list':
      return asAnswer(await consul.kv.readTree(dependency.prefix, at));
    case 'health.service': {
      const { name, tag, near, filters } = dependency;
      const passing = filters.length === 1 && filters[0] === 'passing';
      return asAnswer(await consul.healthService(name, { ...at, passing, ...filled({ tag, near }) }));
    }
    case 'catalog.services':
      return asAnswer(await consul.catalogServices(at));
    case 'catalog.nodes':
      return asAnswer(await consul.catalogNodes({ ...at, ...filled({ near: dependency.near }) }));
    case 'catalog.node':
      return asAnswer(await consul.catalogNode(dependency.name || (await consul.selfName()), at));
    case 'catalog.datacenters':
      if (after !== undefined) await sleep(DATACENTERS_MS, signal);
      return { data: await consul.datacenters(), index: 1 };
    default:
      return undefined;
  }
}

function asAnswer({ value, index }: { value: unknown; index: number }): SourceAnswer {
  return { data: value, index };
}

function filled<T extends Record<string, string>>(texts: T): Partial<T> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')) as Partial<T>;
}
