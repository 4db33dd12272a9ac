import { addressHex, hexBytes, parseAddress } from './address.ts';
import { missing, nameServers, soa, start } from './apex.ts';
import { parseName, type Target } from './name.ts';
import { inDatacenter, isEncodable, nodeName, withoutDot } from './own-names.ts';
import {
  type AnswerItem,
  plain,
  type QuestionType,
  type Rcode,
  type Reply,
  type ResourceRecord,
  reply,
} from './records.ts';
import { type DnsSettings, serviceTtl } from './settings.ts';
import { isShown } from './shown.ts';
import { shuffled } from './shuffle.ts';
import type { Coming, FoundQuery, Looked, RemoteView, ViewInstance, ViewNode } from './view.ts';
import type { ZoneContext } from './zone-context.ts';

export type Question = { readonly name: string; readonly type: QuestionType };

/** A finished reply, or a question that is not ours: `otherwise` is what to say when nobody else can be asked. */
export type Outcome =
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** Something of another datacenter is on its way: to be answered again when it is here. */
  | { readonly kind: 'wait'; readonly coming: Promise<void> }
  | { readonly kind: 'recurse'; readonly otherwise: Reply };

/** How many names inside our domains one answer follows from CNAME to CNAME. */
const MOST_HOPS = 4;
/** The names that were followed so far, in lower case: none is followed twice. */
type Trail = readonly string[];

/**
 * Answers a question from the catalog. Source of the rules: Consul's documentation "DNS interface" and what Consul 1.8 is seen to answer,
 * also where another server would answer differently (TXT on a service gives its addresses; a node without the asked type has no SOA).
 */
export function answer(question: Question, context: ZoneContext): Outcome {
  const target = parseName(question.name, context.settings);
  if (target.kind === 'foreign') return recurse('REFUSED', false);
  if (target.kind === 'reverse') return reverse(question, target.address, context);
  const found = inside(question, target, context, []);
  return 'coming' in found ? { kind: 'wait', coming: found.coming } : { kind: 'reply', reply: found };
}

function inside(question: Question, target: Target, context: ZoneContext, trail: Trail): Reply | Coming {
  if (question.type === 'SOA') return start(context);
  if (question.type === 'NS') return reply('NOERROR', nameServers(context));
  if (question.type === 'AXFR') return reply('NOTIMP', []);
  return lookup(question, target, context, trail);
}

function lookup(question: Question, target: Target, context: ZoneContext, trail: Trail): Reply | Coming {
  if (target.kind === 'address') return addressReply(question, target.label, context);
  if (!('datacenter' in target)) return missing(context);
  const datacenter = target.datacenter ?? context.view.datacenter;
  const place = placeOf(datacenter, context);
  const there = within(context, datacenter);
  if (target.kind === 'query')
    return replied(place?.query(target.name), context, (found) => queryReply(question, found, there, trail));
  if (target.kind === 'node')
    return replied(place?.node(target.name), context, (node) => nodeReply(question, node, there, trail));
  if (target.kind === 'virtual')
    return replied(place?.service(target.name), context, (instances) =>
      virtualReply(question, target.name, instances, there),
    );
  return replied(place?.[target.kind](target.name), context, (instances) =>
    serviceReply(question, target, instances, there, trail),
  );
}

/** A copy reads the clock, which shortens what an answer is kept for: none is made for one's own. */
function within(context: ZoneContext, datacenter: string): ZoneContext {
  return (context.datacenter ?? context.view.datacenter) === datacenter ? context : { ...context, datacenter };
}

/** Whose catalog holds what is asked for; undefined for a datacenter that is not known. */
function placeOf(
  datacenter: string,
  { view, queries, mesh, remote }: ZoneContext,
): Omit<RemoteView, 'datacenter'> | undefined {
  if (datacenter !== view.datacenter) return remote?.(datacenter);
  return {
    service: (name) => ({ value: view.service(name) }),
    connect: (name) => ({ value: mesh?.connect(name) }),
    ingress: (name) => ({ value: mesh?.ingress(name) }),
    node: (name) => ({ value: view.node(name) }),
    query(name) {
      const found = queries?.query(name);
      return found && 'coming' in found ? found : { value: found };
    },
  };
}

function replied<T>(looked: Looked<T> | undefined, context: ZoneContext, finish: (found: T) => Reply): Reply | Coming {
  if (looked === 'unreachable') return reply('SERVFAIL', []);
  if (looked !== undefined && 'coming' in looked) return looked;
  return looked?.value === undefined ? missing(context) : finish(looked.value);
}

// Services

function serviceReply(
  question: Question,
  wanted: { name: string; tag?: string },
  instances: readonly ViewInstance[],
  context: ZoneContext,
  trail: Trail,
): Reply {
  const shown = instances.filter((instance) => isShown(instance, wanted.tag ?? '', context.settings));
  const ttl = serviceTtl(context.settings, wanted.name);
  return instancesReply(question, shuffled(shown, context.random), ttl, context, trail);
}

function queryReply(question: Question, found: FoundQuery, context: ZoneContext, trail: Trail): Reply {
  const { instances, isOrdered, datacenter } = found;
  const ttl = found.ttl ?? serviceTtl(context.settings, found.service);
  const ordered = isOrdered ? instances : shuffled(instances, context.random);
  return instancesReply(
    question,
    ordered,
    ttl,
    datacenter === undefined ? context : within(context, datacenter),
    trail,
  );
}

function instancesReply(
  question: Question,
  ordered: readonly ViewInstance[],
  ttl: number,
  context: ZoneContext,
  trail: Trail,
): Reply {
  if (ordered.length === 0) return missing(context);
  const items =
    question.type === 'SRV'
      ? srvItems(question.name, ordered, ttl, context, trail)
      : addressItems(question, ordered, ttl, context, trail);
  return items.length === 0 ? { ...reply('NOERROR', []), authority: [soa(context)] } : reply('NOERROR', items);
}

function addressItems(
  question: Question,
  instances: readonly ViewInstance[],
  ttl: number,
  context: ZoneContext,
  trail: Trail,
): AnswerItem[] {
  // Consul answers TXT on a service with its addresses.
  const asked = question.type === 'TXT' ? { ...question, type: 'ANY' as const } : question;
  const hosts = [...new Set(instances.map((instance) => effectiveAddress(instance, question.name)))];
  const addresses = hosts.flatMap((host) => (parseAddress(host) ? hostItems(asked, host, ttl, context, trail) : []));
  if (addresses.length > 0) return addresses;
  // Where a name has an alias, it has nothing else, and no second one (RFC 1034 section 3.6.2).
  const alias = hosts.find((host) => !parseAddress(host) && isEncodable(withoutDot(host)));
  return alias === undefined ? [] : aliasItems(asked, alias, ttl, context, trail);
}

function srvItems(
  owner: string,
  instances: readonly ViewInstance[],
  ttl: number,
  context: ZoneContext,
  trail: Trail,
): AnswerItem[] {
  const seen = new Set<string>();
  return instances.flatMap((instance) => {
    const key = `${instance.node.name} ${instance.address} ${instance.port}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return srvItem(owner, instance, ttl, context, trail);
  });
}

function srvItem(owner: string, instance: ViewInstance, ttl: number, context: ZoneContext, trail: Trail): AnswerItem[] {
  const { target, addresses } = srvTarget(owner, instance, ttl, context, trail);
  if (!isEncodable(target)) return [];
  const record = {
    name: owner,
    ttl,
    type: 'SRV',
    priority: 1,
    weight: weightOf(instance),
    port: uint16(instance.port),
    target,
  } as const;
  const meta = metaRecords(nodeName(instance.node, context), instance.node, ttl, context.settings);
  return [{ record, extra: [...addresses, ...meta] }];
}

/** The node's name when its address counts, an `addr` name for an address of the service's own, or the host name that was registered. */
function srvTarget(owner: string, instance: ViewInstance, ttl: number, context: ZoneContext, trail: Trail) {
  const host = effectiveAddress(instance, owner);
  const address = parseAddress(host);
  if (!address) return { target: withoutDot(host), addresses: hostAddresses(owner, host, context, trail) };
  const ownName = nodeName(instance.node, context);
  const target =
    host === instance.node.address && instance.address !== host && isEncodable(ownName)
      ? ownName
      : inDatacenter(addressHex(address), 'addr', context);
  return { target, addresses: [{ name: target, ttl, type: address.type, bytes: address.bytes } as const] };
}

/** One whose address is the very name that is asked for, and leads nowhere, is found where its node is. */
function effectiveAddress(instance: ViewInstance, owner: string): string {
  const own = instance.address;
  return own === '' || withoutDot(own).toLowerCase() === owner.toLowerCase() ? instance.node.address : own;
}

/** The address that an instance names for the service as a whole, whatever the health of those behind it. */
function virtualReply(
  question: Question,
  name: string,
  instances: readonly ViewInstance[],
  context: ZoneContext,
): Reply {
  const addresses = instances.flatMap(({ virtualAddress }) => virtualAddress ?? []);
  const records = [...new Set(addresses)].flatMap((address) => parseAddress(address) ?? []);
  if (records.length === 0) return missing(context);
  const ttl = serviceTtl(context.settings, name);
  const fits = records.filter(({ type }) => question.type === type || question.type === 'ANY');
  if (fits.length === 0) return { ...reply('NOERROR', []), authority: [soa(context)] };
  return reply('NOERROR', plain(fits.map(({ type, bytes }) => ({ name: question.name, ttl, type, bytes }))));
}

// Nodes

function nodeReply(question: Question, node: ViewNode, context: ZoneContext, trail: Trail): Reply {
  const ttl = context.settings.nodeTtl;
  const meta = metaRecords(question.name, node, ttl, context.settings);
  // Who asks for them gets them, whatever is set for answers to other questions.
  const asked = { nodeMetaTxt: true };
  switch (question.type) {
    case 'TXT':
      return reply('NOERROR', plain(metaRecords(question.name, node, ttl, asked)));
    case 'ANY':
      return reply('NOERROR', [
        ...hostItems(question, node.address, ttl, context, trail),
        ...plain(metaRecords(question.name, node, ttl, asked)),
      ]);
    case 'CNAME':
      return reply('NOERROR', hostItems(question, node.address, ttl, context, trail));
    case 'A':
    case 'AAAA':
      return { ...reply('NOERROR', hostItems(question, node.address, ttl, context, trail)), additional: meta };
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
function hostItems(question: Question, host: string, ttl: number, context: ZoneContext, trail: Trail): AnswerItem[] {
  const address = parseAddress(host);
  if (address) {
    if (question.type !== address.type && question.type !== 'ANY') return [];
    return plain([{ name: question.name, ttl, type: address.type, bytes: address.bytes }]);
  }
  return aliasItems(question, host, ttl, context, trail);
}

/** An alias is the answer to every type; who asks for addresses gets those behind it as well. */
function aliasItems(question: Question, host: string, ttl: number, context: ZoneContext, trail: Trail): AnswerItem[] {
  const target = withoutDot(host);
  if (!isEncodable(target)) return [];
  const alias = plain([{ name: question.name, ttl, type: 'CNAME', target }]);
  if (!['A', 'AAAA', 'ANY'].includes(question.type)) return alias;
  return [...alias, ...plain(followed({ name: target, type: question.type }, context, passed(question.name, trail)))];
}

function hostAddresses(owner: string, host: string, context: ZoneContext, trail: Trail): ResourceRecord[] {
  return followed({ name: withoutDot(host), type: 'ANY' }, context, passed(owner, trail));
}

function passed(name: string, trail: Trail): Trail {
  return [...trail, name.toLowerCase()];
}

/** What our own domains say about a name that an answer points to. */
function followed(question: Question, context: ZoneContext, trail: Trail): ResourceRecord[] {
  if (trail.length > MOST_HOPS || trail.includes(question.name.toLowerCase())) return [];
  const target = parseName(question.name, context.settings);
  if (target.kind === 'foreign' || target.kind === 'reverse') return [];
  const found = inside(question, target, context, trail);
  // What another datacenter has to be asked for is not waited for: the client asks for that name itself.
  const items = 'coming' in found ? [] : found.items;
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

function recurse(rcode: Rcode, recursionAvailable: boolean): Outcome {
  return { kind: 'recurse', otherwise: { ...reply(rcode, []), authoritative: false, recursionAvailable } };
}

/** Weights that an agent would have refused count as none: 1. */
function weightOf({ health, weights: { passing, warning } }: ViewInstance): number {
  if (passing < 1 || passing > 0xffff || warning < 0 || warning > 0xffff) return 1;
  return uint16(health === 'warning' ? warning : passing);
}

function uint16(value: number): number {
  return Math.min(0xffff, Math.max(0, Math.trunc(value) || 0));
}
