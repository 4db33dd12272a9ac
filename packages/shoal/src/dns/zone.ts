import { addressHex, hexBytes, parseAddress } from './address.ts';
import { parseName, type Target } from './name.ts';
import type { AnswerItem, QuestionType, Rcode, Reply, ResourceRecord } from './records.ts';
import { type DnsSettings, serviceTtl } from './settings.ts';
import { shuffled } from './shuffle.ts';
import type { CatalogView, QueryView, ViewInstance, ViewNode } from './view.ts';

export type Question = { readonly name: string; readonly type: QuestionType };

/** All that an answer depends on. */
export type ZoneContext = {
  readonly view: CatalogView;
  readonly queries?: QueryView;
  readonly settings: DnsSettings;
  /** In [0, 1): decides the order of instances. */
  readonly random: () => number;
  /** Seconds since 1970: the serial of the SOA record. */
  readonly now: number;
};

/** A finished reply, or a question that is not ours: `otherwise` is what to say when nobody else can be asked. */
export type Outcome =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'recurse'; readonly otherwise: Reply };

const MOST_NAME_SERVERS = 3;
/** How many names inside our domains one answer follows from CNAME to CNAME. */
const MOST_HOPS = 4;

/**
 * Answers a question from the catalog. Source of the rules: Consul's documentation "DNS interface" and what Consul 1.8 is seen to answer,
 * also where another server would answer differently (TXT on a service gives its addresses; a node without the asked type has no SOA).
 */
export function answer(question: Question, context: ZoneContext): Outcome {
  const target = parseName(question.name, context.settings);
  if (target.kind === 'foreign') return recurse('REFUSED', false);
  if (target.kind === 'reverse') return reverse(question, target.address, context);
  return { kind: 'reply', reply: inside(question, target, context, 0) };
}

function inside(question: Question, target: Target, context: ZoneContext, hops: number): Reply {
  if (question.type === 'SOA') return start(context);
  if (question.type === 'NS') return reply('NOERROR', nameServers(context));
  if (question.type === 'AXFR') return { ...reply('NOTIMP', []), authoritative: false };
  return lookup(question, target, context, hops);
}

function lookup(question: Question, target: Target, context: ZoneContext, hops: number): Reply {
  if (target.kind === 'address') return addressReply(question, target.label, context);
  if (target.kind !== 'service' && target.kind !== 'query' && target.kind !== 'node') return missing(context);
  if (target.datacenter !== undefined && target.datacenter !== context.view.datacenter) return missing(context);
  if (target.kind === 'query') return queryReply(question, target.name, context, hops);
  if (target.kind === 'service') return serviceReply(question, target, context, hops);
  const node = context.view.node(target.name);
  return node ? nodeReply(question, node, context, hops) : missing(context);
}

// Services

function serviceReply(
  question: Question,
  wanted: { name: string; tag: string },
  context: ZoneContext,
  hops: number,
): Reply {
  const instances = (context.view.service(wanted.name) ?? []).filter((instance) =>
    isShown(instance, wanted.tag, context.settings),
  );
  const ttl = serviceTtl(context.settings, wanted.name);
  return instancesReply(question, shuffled(instances, context.random), ttl, context, hops);
}

function queryReply(question: Question, name: string, context: ZoneContext, hops: number): Reply {
  const found = context.queries?.query(name);
  if (!found) return missing(context);
  const { instances, isOrdered } = found;
  const ttl = found.ttl ?? serviceTtl(context.settings, found.service);
  return instancesReply(question, isOrdered ? instances : shuffled(instances, context.random), ttl, context, hops);
}

function instancesReply(
  question: Question,
  ordered: readonly ViewInstance[],
  ttl: number,
  context: ZoneContext,
  hops: number,
): Reply {
  if (ordered.length === 0) return missing(context);
  const items =
    question.type === 'SRV'
      ? srvItems(question.name, ordered, ttl, context, hops)
      : addressItems(question, ordered, ttl, context, hops);
  return items.length === 0 ? { ...reply('NOERROR', []), authority: [soa(context)] } : reply('NOERROR', items);
}

export function isShown(instance: ViewInstance, tag: string, settings: DnsSettings): boolean {
  if (instance.health === 'critical' || (settings.onlyPassing && instance.health !== 'passing')) return false;
  return tag === '' || instance.tags.some((one) => one.toLowerCase() === tag);
}

function addressItems(
  question: Question,
  instances: readonly ViewInstance[],
  ttl: number,
  context: ZoneContext,
  hops: number,
): AnswerItem[] {
  const seen = new Set<string>();
  // Consul answers TXT on a service with its addresses.
  const asked = question.type === 'TXT' ? { ...question, type: 'ANY' as const } : question;
  return instances.flatMap((instance) => {
    const address = effectiveAddress(instance);
    if (seen.has(address)) return [];
    seen.add(address);
    return hostItems(asked, address, ttl, context, hops);
  });
}

function srvItems(
  owner: string,
  instances: readonly ViewInstance[],
  ttl: number,
  context: ZoneContext,
  hops: number,
): AnswerItem[] {
  const seen = new Set<string>();
  return instances.flatMap((instance) => {
    const key = `${instance.node.name} ${instance.address} ${instance.port}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return srvItem(owner, instance, ttl, context, hops);
  });
}

function srvItem(owner: string, instance: ViewInstance, ttl: number, context: ZoneContext, hops: number): AnswerItem[] {
  const { target, addresses } = srvTarget(instance, ttl, context, hops);
  if (!isEncodable(target)) return [];
  const weight = instance.health === 'warning' ? instance.weights.warning : instance.weights.passing;
  const record = {
    name: owner,
    ttl,
    type: 'SRV',
    priority: 1,
    weight: uint16(weight),
    port: uint16(instance.port),
    target,
  } as const;
  const meta = metaRecords(nodeName(instance.node, context), instance.node, ttl, context.settings);
  return [{ record, extra: [...addresses, ...meta] }];
}

/** The node's name when its address counts, an `addr` name for an address of the service's own, or the host name that was registered. */
function srvTarget(instance: ViewInstance, ttl: number, context: ZoneContext, hops: number) {
  const host = effectiveAddress(instance);
  const address = parseAddress(host);
  if (!address) return { target: host.replace(/\.$/, ''), addresses: hostAddresses(host, context, hops) };
  const ownName = nodeName(instance.node, context);
  const target =
    instance.address === '' && isEncodable(ownName) ? ownName : inDatacenter(addressHex(address), 'addr', context);
  return { target, addresses: [{ name: target, ttl, type: address.type, bytes: address.bytes } as const] };
}

function effectiveAddress(instance: ViewInstance): string {
  return instance.address === '' ? instance.node.address : instance.address;
}

// Nodes

function nodeReply(question: Question, node: ViewNode, context: ZoneContext, hops: number): Reply {
  const ttl = context.settings.nodeTtl;
  const meta = metaRecords(question.name, node, ttl, context.settings);
  switch (question.type) {
    case 'TXT':
      return reply('NOERROR', plain(metaRecords(question.name, node, ttl, { nodeMetaTxt: true })));
    case 'ANY':
      return reply('NOERROR', [...hostItems(question, node.address, ttl, context, hops), ...plain(meta)]);
    case 'A':
    case 'AAAA':
    case 'CNAME':
      return { ...reply('NOERROR', hostItems(question, node.address, ttl, context, hops)), additional: meta };
    default:
      return reply('NOERROR', []);
  }
}

/** One TXT record per key: `key=value`, or the bare value for keys that begin with `rfc1035-`. */
function metaRecords(
  owner: string,
  node: ViewNode,
  ttl: number,
  settings: Pick<DnsSettings, 'nodeMetaTxt'>,
): ResourceRecord[] {
  if (!settings.nodeMetaTxt || !isEncodable(owner)) return [];
  return Object.entries(node.meta).map(([key, value]) => {
    const text = key.toLowerCase().startsWith('rfc1035-') ? value : `${key}=${value}`;
    return { name: owner, ttl, type: 'TXT', text } as const;
  });
}

// Addresses and host names

/** The record of an address when its type was asked for; for a host name a CNAME with what we know of that name. */
function hostItems(question: Question, host: string, ttl: number, context: ZoneContext, hops: number): AnswerItem[] {
  const address = parseAddress(host);
  if (address) {
    if (question.type !== address.type && question.type !== 'ANY') return [];
    return plain([{ name: question.name, ttl, type: address.type, bytes: address.bytes }]);
  }
  const target = host.replace(/\.$/, '');
  if (!['A', 'AAAA', 'ANY', 'CNAME'].includes(question.type) || !isEncodable(target)) return [];
  const alias = plain([{ name: question.name, ttl, type: 'CNAME', target }]);
  if (question.type === 'CNAME') return alias;
  return [...alias, ...plain(followed({ name: target, type: question.type }, context, hops))];
}

function hostAddresses(host: string, context: ZoneContext, hops: number): ResourceRecord[] {
  return followed({ name: host.replace(/\.$/, ''), type: 'ANY' }, context, hops);
}

/** What our own domains say about a name that an answer points to. */
function followed(question: Question, context: ZoneContext, hops: number): ResourceRecord[] {
  if (hops >= MOST_HOPS) return [];
  const target = parseName(question.name, context.settings);
  if (target.kind === 'foreign' || target.kind === 'reverse') return [];
  const { items } = inside(question, target, context, hops + 1);
  return items.map((item) => item.record).filter((record) => ['A', 'AAAA', 'CNAME'].includes(record.type));
}

/** `HEX.addr` holds its own answer, whatever type and datacenter were asked for. */
function addressReply(question: Question, label: string, context: ZoneContext): Reply {
  const bytes = hexBytes(label);
  if (!bytes) return missing(context);
  if (bytes.length !== 4 && bytes.length !== 16) return reply('NOERROR', []);
  const type = bytes.length === 4 ? 'A' : 'AAAA';
  return reply('NOERROR', plain([{ name: question.name.toLowerCase(), ttl: context.settings.nodeTtl, type, bytes }]));
}

function reverse(question: Question, address: string | undefined, context: ZoneContext): Outcome {
  const target = address === undefined ? undefined : reverseTarget(address, context);
  if (target === undefined || !isEncodable(target)) return recurse('SERVFAIL', true);
  return { kind: 'reply', reply: reply('NOERROR', plain([{ name: question.name, ttl: 0, type: 'PTR', target }])) };
}

function reverseTarget(address: string, context: ZoneContext): string | undefined {
  const node = context.view.nodeAt(address);
  if (node) return nodeName(node, context);
  const instance = context.view.instanceAt(address);
  return instance && inDatacenter(instance.name, 'service', context);
}

// The zone itself

function start(context: ZoneContext): Reply {
  const servers = nameServers(context);
  const glue = servers.flatMap((item) => item.extra);
  return {
    ...reply('NOERROR', plain([soa(context)])),
    authority: servers.map((item) => item.record),
    additional: glue,
  };
}

function soa(context: ZoneContext): ResourceRecord {
  const { domain, soa: timing } = context.settings;
  const names = { mname: `ns.${domain}`, rname: `hostmaster.${domain}` };
  return { name: domain, ttl: timing.minTtl, type: 'SOA', ...names, serial: context.now >>> 0, ...timing };
}

/** The servers are the nodes with an instance of the service `consul`. */
function nameServers(context: ZoneContext): AnswerItem[] {
  const ttl = context.settings.nodeTtl;
  const servers = (context.view.service('consul') ?? []).filter((instance) => isShown(instance, '', context.settings));
  return shuffled(servers, context.random)
    .map((server) => ({
      target: nodeName(server.node, context).toLowerCase(),
      address: parseAddress(server.node.address),
    }))
    .filter((server) => isEncodable(server.target))
    .slice(0, MOST_NAME_SERVERS)
    .map(({ target, address }) => ({
      record: { name: context.settings.domain, ttl, type: 'NS', target },
      extra: address ? [{ name: target, ttl, type: address.type, bytes: address.bytes }] : [],
    }));
}

function missing(context: ZoneContext): Reply {
  return { ...reply('NXDOMAIN', []), authority: [soa(context)] };
}

function reply(rcode: Rcode, items: readonly AnswerItem[]): Reply {
  return { rcode, authoritative: true, recursionAvailable: false, items, authority: [], additional: [] };
}

function recurse(rcode: Rcode, recursionAvailable: boolean): Outcome {
  return { kind: 'recurse', otherwise: { ...reply(rcode, []), authoritative: false, recursionAvailable } };
}

function plain(records: readonly ResourceRecord[]): AnswerItem[] {
  return records.map((record) => ({ record, extra: [] }));
}

function nodeName(node: ViewNode, context: ZoneContext): string {
  return inDatacenter(node.name, 'node', context);
}

function inDatacenter(name: string, kind: string, context: ZoneContext): string {
  return `${name}.${kind}.${context.view.datacenter}.${context.settings.domain}`;
}

/** Whether a name that somebody registered fits into DNS (RFC 1035 section 2.3.4). */
function isEncodable(name: string): boolean {
  return (
    name.length > 0 && name.length <= 253 && name.split('.').every((label) => label.length > 0 && label.length <= 63)
  );
}

function uint16(value: number): number {
  return Math.min(0xffff, Math.max(0, Math.trunc(value) || 0));
}
