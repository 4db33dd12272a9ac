import type {
  Answers,
  CatalogNodeAnswer,
  CheckAnswer,
  HealthAnswer,
  KVAnswer,
  NodeAnswer,
  ServiceAnswer,
} from '../../src/consul-template/answers.ts';
import type { Dependency } from '../../src/index.ts';

export type SetupRequest = { readonly method: string; readonly path: string; readonly body: unknown };

type Registration = {
  Node: string;
  ID?: string;
  Address: string;
  TaggedAddresses?: Record<string, string>;
  NodeMeta?: Record<string, string>;
  SkipNodeUpdate?: boolean;
  Service?: {
    ID: string;
    Service: string;
    Port: number;
    Tags: string[];
    Address: string;
    Meta: Record<string, string>;
  };
  Check?: CheckAnswer;
  Checks?: CheckAnswer[];
};

/** The data of the recordings, and what Consul answers about it: enough of its rules for the templates that were recorded. */
export function recordedConsul(setup: readonly SetupRequest[]): (dependency: Dependency) => unknown {
  const pairs = new Map<string, KVAnswer>();
  const nodes = new Map<string, NodeAnswer>();
  const services: { node: string; service: ServiceAnswer }[] = [];
  const checks: CheckAnswer[] = [];
  const coordinates = new Map<string, number>();
  for (const { path, body } of setup) {
    const url = new URL(path, 'http://consul');
    if (url.pathname.startsWith('/v1/kv/')) putPair(url, String(body));
    else if (url.pathname === '/v1/coordinate/update')
      putCoordinate(body as { Node: string; Coord: { Vec: number[] } });
    else register(body as Registration);
  }

  function putPair(url: URL, text: string): void {
    const Key = decodeURIComponent(url.pathname.slice('/v1/kv/'.length));
    const Value = text === '' ? null : Buffer.from(text).toString('base64');
    const Flags = Number(url.searchParams.get('flags') ?? 0);
    pairs.set(Key, { Key, Value, Flags, LockIndex: 0, CreateIndex: 1, ModifyIndex: 1 });
  }

  function putCoordinate({ Node, Coord }: { Node: string; Coord: { Vec: number[] } }): void {
    coordinates.set(Node, Coord.Vec[0] ?? 0);
  }

  function register(given: Registration): void {
    if (!given.SkipNodeUpdate) {
      nodes.set(given.Node, {
        ID: given.ID ?? '',
        Node: given.Node,
        Address: given.Address,
        Datacenter: 'dc1',
        TaggedAddresses: given.TaggedAddresses ?? {},
        Meta: given.NodeMeta ?? {},
      });
    }
    if (given.Service) services.push({ node: given.Node, service: { ...given.Service } });
    checks.push(...(given.Checks ?? []), ...(given.Check ? [given.Check] : []));
  }

  const instances = (name: string, tag: string): HealthAnswer[] =>
    services
      .filter(({ service }) => service.Service === name && (tag === '' || service.Tags?.includes(tag)))
      .sort((a, b) => (a.node + a.service.ID < b.node + b.service.ID ? -1 : 1))
      .map(({ node, service }) => ({
        Node: nodes.get(node) as NodeAnswer,
        Service: service,
        Checks: checks.filter((check) => check.Node === node && (!check.ServiceID || check.ServiceID === service.ID)),
      }));

  const byDistance = <T>(list: T[], near: string, nodeOf: (item: T) => string): T[] => {
    if (near === '') return list;
    const distance = (item: T) => Math.abs((coordinates.get(nodeOf(item)) ?? 9) - (coordinates.get(near) ?? 0));
    return [...list].sort((a, b) => distance(a) - distance(b));
  };

  const health = (dependency: Dependency & { type: 'health.service' }): HealthAnswer[] => {
    const found = instances(dependency.name, dependency.tag);
    const sorted = byDistance(found, dependency.near, ({ Node }) => Node.Node);
    return dependency.filters.join() === 'passing' ? dropInPlace(sorted) : sorted;
  };

  return (dependency) => {
    if ('dc' in dependency && !['', 'dc1'].includes(dependency.dc)) throw new Error('No path to datacenter');
    switch (dependency.type) {
      case 'kv.get':
      case 'kv.block':
        return pairs.get(dependency.key);
      case 'kv.list':
        return [...pairs.values()]
          .filter(({ Key }) => Key.startsWith(dependency.prefix))
          .sort((a, b) => (a.Key < b.Key ? -1 : 1));
      case 'health.service':
        return health(dependency);
      case 'catalog.services':
        return catalogServices();
      case 'catalog.nodes':
        return byDistance([...nodes.values()], dependency.near, ({ Node }) => Node);
      case 'catalog.node':
        return catalogNode(dependency.name);
      case 'catalog.datacenters':
        return ['dc1'];
      default:
        throw new Error(`not recorded: ${dependency.type}`);
    }
  };

  function catalogServices(): Answers['catalog.services'] {
    const tags: Record<string, string[]> = { consul: [] };
    for (const { service } of services) {
      tags[service.Service] = [...new Set([...(tags[service.Service] ?? []), ...(service.Tags ?? [])])];
    }
    return tags;
  }

  function catalogNode(name: string): CatalogNodeAnswer | undefined {
    const node = nodes.get(name);
    if (node === undefined) return undefined;
    const own = services.filter((entry) => entry.node === name).map(({ service }) => [service.ID, service] as const);
    return { Node: node, Services: Object.fromEntries(own) };
  }
}

/** Consul fills the place of an instance that does not pass with the last one. */
function dropInPlace(entries: HealthAnswer[]): HealthAnswer[] {
  const kept = [...entries];
  for (let at = 0; at < kept.length; ) {
    const bad = kept[at]?.Checks?.some(({ Status }) => Status !== 'passing');
    const last = kept.length - 1;
    if (bad) {
      if (at !== last) kept[at] = kept[last] as HealthAnswer;
      kept.length = last;
    } else at += 1;
  }
  return kept;
}
