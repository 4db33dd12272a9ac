import { createHash } from 'node:crypto';
import { textOf } from '../bytes.ts';
import { compareStrings, items, Method, type Methods, raw, Struct, structType, Typed } from '../values.ts';
import type {
  Answers,
  CheckAnswer,
  HealthAnswer,
  KVAnswer,
  NodeAnswer,
  NomadServiceAnswer,
  NomadVariableAnswer,
  ServiceAnswer,
} from './answers.ts';
import type { Choice, Dependency, HealthServiceDependency } from './dependency.ts';

/**
 * The Go values that templates see for an answer, in consul-template's field names and order
 * (https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md). `undefined`: the template has to wait.
 */
export function goValue(dependency: Dependency, answer: unknown): unknown {
  // The source answered to this very dependency, so the shape is that of its type.
  switch (dependency.type) {
    case 'kv.get':
      return answer === undefined ? null : keyPair(answer as KVAnswer, '');
    case 'kv.block':
      return answer === undefined ? undefined : keyPair(answer as KVAnswer, '');
    case 'kv.list':
      return (answer as Answers['kv.list']).map((pair) => keyPair(pair, dependency.prefix));
    case 'health.service':
      return healthServices(dependency, answer as Answers['health.service']);
    case 'catalog.services':
      return services(answer as Answers['catalog.services']);
    case 'catalog.nodes':
      return nodes(answer as Answers['catalog.nodes'], dependency.near);
    case 'catalog.node':
      return answer === undefined ? null : catalogNode(answer as Answers['catalog.node'] & object);
    case 'catalog.datacenters':
      return listOf('string', [...(answer as Answers['catalog.datacenters'])].sort(compareStrings));
    case 'file':
      return answer;
    case 'nomad.services':
      return nomadServices(answer as Answers['nomad.services']);
    case 'nomad.service':
      return nomadInstances(answer as Answers['nomad.service'], dependency.choose);
    case 'nomad.var.get':
      return answer === undefined ? null : nomadVariable(answer as NomadVariableAnswer);
    case 'nomad.var.block':
      return answer === undefined ? undefined : nomadVariable(answer as NomadVariableAnswer);
    case 'nomad.var.list':
      return nomadVariables(answer as Answers['nomad.var.list']);
  }
}

export function listOf(type: string, items: readonly unknown[]): Typed {
  return new Typed(`[]${type}`, items);
}

/** Tags can be asked whether they hold one. */
export function tagList(tags: readonly string[] | null | undefined): Typed {
  return new Typed('[]string', inOrder(tags ?? []), TAG_METHODS);
}

/** Most lists of tags are in order as they come. */
function inOrder(texts: readonly string[]): readonly string[] {
  const ordered = texts.every((text, at) => at === 0 || compareStrings(texts[at - 1] ?? '', text) <= 0);
  return ordered ? texts : [...texts].sort(compareStrings);
}

const TAG_METHODS: Methods = {
  Contains: (tags) => new Method({ min: 1, max: 1, params: ['string'], call: (tag) => items(tags).includes(raw(tag)) }),
};

function textMap(map: Readonly<Record<string, string>> | null | undefined): Typed {
  return new Typed('map[string]string', map ?? {});
}

function uint64(value: number | bigint): Typed {
  return new Typed('uint64', value);
}

type PairSource = { readonly pair: KVAnswer; readonly prefix: string };

/** `Key` is what follows the prefix that was asked for; `Path` is the whole. */
const KEY_PAIR = structType<PairSource>('*dependency.KeyPair', {
  Path: ({ pair }) => pair.Key,
  Key: ({ pair, prefix }) => keyBehind(prefix, pair.Key),
  Value: ({ pair }) => (pair.Value === null ? '' : textOf(Buffer.from(pair.Value, 'base64'))),
  Exists: () => true,
  CreateIndex: ({ pair }) => uint64(pair.CreateIndex),
  ModifyIndex: ({ pair }) => uint64(pair.ModifyIndex),
  LockIndex: ({ pair }) => uint64(pair.LockIndex),
  Flags: ({ pair }) => uint64(pair.Flags),
  Session: ({ pair }) => pair.Session ?? '',
});

function keyPair(pair: KVAnswer, prefix: string): Typed {
  return new Struct(KEY_PAIR, { pair, prefix });
}

function keyBehind(prefix: string, key: string): string {
  return (key.startsWith(prefix) ? key.slice(prefix.length) : key).replace(/^\/+/, '');
}

function healthServices({ filters, near }: HealthServiceDependency, answer: readonly HealthAnswer[]): Typed {
  const found = answer
    .map((entry) => ({ entry, status: statusOf(entry.Checks ?? []) }))
    .filter(({ status }) => filters.includes('any') || filters.includes(status));
  // With a node to be near to, the order is the answer's.
  if (near === '') found.sort((a, b) => compareInstances(a.entry, b.entry));
  return listOf(
    '*dependency.HealthService',
    found.map((source) => new Struct(HEALTH_SERVICE, source)),
  );
}

function compareInstances(a: HealthAnswer, b: HealthAnswer): number {
  return compareStrings(a.Node.Node, b.Node.Node) || compareStrings(a.Service.ID, b.Service.ID);
}

/** The worst of the checks; maintenance is worse than critical. */
function statusOf(checks: readonly CheckAnswer[]): string {
  if (checks.some(isMaintenance)) return 'maintenance';
  const worst = ['critical', 'warning'].find((status) => checks.some((check) => check.Status === status));
  return worst ?? 'passing';
}

function isMaintenance({ CheckID }: CheckAnswer): boolean {
  return CheckID === '_node_maintenance' || CheckID.startsWith('_service_maintenance:');
}

type InstanceSource = { readonly entry: HealthAnswer; readonly status: string };

const HEALTH_SERVICE = structType<InstanceSource>('*dependency.HealthService', {
  Node: ({ entry }) => entry.Node.Node,
  NodeID: ({ entry }) => entry.Node.ID,
  NodeAddress: ({ entry }) => entry.Node.Address,
  NodeDatacenter: ({ entry }) => entry.Node.Datacenter,
  NodeTaggedAddresses: ({ entry }) => textMap(entry.Node.TaggedAddresses),
  NodeMeta: ({ entry }) => textMap(entry.Node.Meta),
  ServiceMeta: ({ entry }) => textMap(entry.Service.Meta),
  ServiceTaggedAddresses: ({ entry }) =>
    new Typed('map[string]api.ServiceAddress', entry.Service.TaggedAddresses ?? {}),
  Address: ({ entry }) => entry.Service.Address || entry.Node.Address,
  ID: ({ entry }) => entry.Service.ID,
  Name: ({ entry }) => entry.Service.Service,
  Tags: ({ entry }) => tagList(entry.Service.Tags),
  Checks: ({ entry }) => listOf('*api.HealthCheck', (entry.Checks ?? []).map(healthCheck)),
  Status: ({ status }) => status,
  Port: ({ entry }) => entry.Service.Port,
  Weights: ({ entry }) => new Typed('api.AgentWeights', entry.Service.Weights ?? { Passing: 1, Warning: 1 }),
});

function healthCheck(check: CheckAnswer): Typed {
  const { Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName, ServiceTags, Type } = check;
  const tags = listOf('string', ServiceTags ?? []);
  return new Typed('*api.HealthCheck', {
    ...{ Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName },
    ServiceTags: tags,
    Type: Type ?? '',
  });
}

function services(answer: Answers['catalog.services']): Typed {
  const names = Object.keys(answer).sort(compareStrings);
  return listOf(
    '*dependency.CatalogSnippet',
    names.map((Name) => new Typed('*dependency.CatalogSnippet', { Name, Tags: tagList(answer[Name]) })),
  );
}

function nodes(answer: readonly NodeAnswer[], near: string): Typed {
  const ordered = near === '' ? [...answer].sort((a, b) => compareStrings(a.Node, b.Node)) : answer;
  return listOf('*dependency.Node', ordered.map(node));
}

function node(given: NodeAnswer): Typed {
  return new Typed('*dependency.Node', {
    ID: given.ID,
    Node: given.Node,
    Address: given.Address,
    Datacenter: given.Datacenter,
    TaggedAddresses: textMap(given.TaggedAddresses),
    Meta: textMap(given.Meta),
  });
}

function catalogNode(answer: NonNullable<Answers['catalog.node']>): Typed {
  const found = Object.values(answer.Services ?? {}).sort(
    (a, b) => compareStrings(a.Service, b.Service) || compareStrings(a.ID, b.ID),
  );
  const list = listOf('*dependency.CatalogNodeService', found.map(nodeService));
  return new Typed('*dependency.CatalogNode', { Node: node(answer.Node), Services: list });
}

function nodeService(service: ServiceAnswer): Typed {
  return new Typed('*dependency.CatalogNodeService', {
    ID: service.ID,
    Service: service.Service,
    Tags: tagList(service.Tags),
    Meta: textMap(service.Meta),
    Port: service.Port,
    Address: service.Address,
    EnableTagOverride: service.EnableTagOverride ?? false,
  });
}

function nomadServices(answer: Answers['nomad.services']): Typed {
  const all = answer.flatMap(({ Services }) => Services);
  const sorted = all.sort((a, b) => compareStrings(a.ServiceName, b.ServiceName));
  return listOf(
    '*dependency.NomadServicesSnippet',
    sorted.map(
      ({ ServiceName: Name, Tags }) => new Typed('*dependency.NomadServicesSnippet', { Name, Tags: tagList(Tags) }),
    ),
  );
}

function nomadInstances(answer: readonly NomadServiceAnswer[], choose: Choice | undefined): Typed {
  const chosen = choose === undefined ? [...answer] : chooseInstances(answer, choose);
  chosen.sort((a, b) => compareStrings(a.ServiceName, b.ServiceName) || compareStrings(a.ID, b.ID));
  return listOf('*dependency.NomadService', chosen.map(nomadInstance));
}

/** Rendezvous hashing: an instance that comes or goes moves only what it has to. */
function chooseInstances(answer: readonly NomadServiceAnswer[], { count, key }: Choice): NomadServiceAnswer[] {
  const weight = ({ ID }: NomadServiceAnswer) => createHash('md5').update(`${key}\n${ID}`).digest('hex');
  const ranked = answer.map((instance) => ({ instance, rank: weight(instance) }));
  return ranked
    .sort((a, b) => compareStrings(b.rank, a.rank))
    .slice(0, count)
    .map(({ instance }) => instance);
}

function nomadInstance(given: NomadServiceAnswer): Typed {
  return new Typed('*dependency.NomadService', {
    ID: given.ID,
    Name: given.ServiceName,
    Node: given.NodeID,
    Address: given.Address,
    Port: given.Port,
    Datacenter: given.Datacenter,
    Tags: tagList(given.Tags),
    JobID: given.JobID,
    AllocID: given.AllocID,
  });
}

/**
 * Its items by their names, each of which prints as its value. `.Keys`, `.Values` and `.Tuples` (`.K` and `.V`) go by the names' order; `.Parent` is the whole
 * variable and `.Metadata` the variable without its items. Without an answer there are no items.
 */
export function nomadVariable(answer: NomadVariableAnswer | undefined): Typed {
  const pairs = Object.entries(answer?.Items ?? {}).sort(([a], [b]) => compareStrings(a, b));
  const texts = (list: readonly string[]) => listOf('string', list);
  const up = {
    Metadata: method(() => (answer === undefined ? null : nomadMetadata(answer))),
    Parent: method(() => (answer === undefined ? null : whole(answer))),
  };
  const items = pairs.map(([Key, Value]) => {
    const own = { String: method(() => Value), MarshalJSON: method(() => Value), ...up };
    return [Key, new Typed('*dependency.NomadVarItem', { Key, Value }, own)] as const;
  });
  const all = new Typed('map[string]*dependency.NomadVarItem', Object.fromEntries(items), {
    Keys: method(() => texts(pairs.map(([key]) => key))),
    Values: method(() => texts(pairs.map(([, value]) => value))),
    Tuples: method(() =>
      listOf(
        NOMAD_TUPLE,
        pairs.map(([K, V]) => new Typed(NOMAD_TUPLE, { K, V })),
      ),
    ),
    ...up,
  });
  const whole = (found: NomadVariableAnswer) =>
    new Typed(
      '*dependency.NomadVariable',
      { ...nomadFields(found), Items: all },
      { Metadata: method(() => nomadMetadata(found)) },
    );
  return all;
}

function method(call: () => unknown): () => Method {
  return () => new Method({ max: 0, call });
}

function nomadVariables(answer: Answers['nomad.var.list']): Typed {
  const sorted = [...answer].sort((a, b) => compareStrings(a.Path, b.Path));
  return listOf(NOMAD_VARIABLE, sorted.map(nomadMetadata));
}

/** It prints as its path. */
function nomadMetadata(given: NomadVariableAnswer): Typed {
  return new Typed(NOMAD_VARIABLE, nomadFields(given), { String: method(() => given.Path) });
}

function nomadFields({
  Namespace,
  Path,
  CreateIndex,
  ModifyIndex,
  CreateTime = 0,
  ModifyTime = 0,
}: NomadVariableAnswer) {
  return { Namespace, Path, CreateIndex, ModifyIndex, CreateTime, ModifyTime };
}

const NOMAD_TUPLE = 'dependency.NomadVarTuple';
export const NOMAD_VARIABLE = '*dependency.NomadVarMeta';
