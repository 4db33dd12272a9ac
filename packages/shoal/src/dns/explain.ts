import { addressText, parseAddress } from './address.ts';
import { parseName, type Target } from './name.ts';
import type { ResourceRecord } from './records.ts';
import { type DnsSettings, serviceTtlRule } from './settings.ts';
import { isShown } from './shown.ts';
import type { Looked, ViewInstance, ViewNode } from './view.ts';
import { answer, type Question } from './zone.ts';
import type { ZoneContext } from './zone-context.ts';

/** How an answer comes about: what the name means, what the catalog holds, what is left out and why. For people. */
export type Explanation = {
  readonly steps: readonly string[];
  /** Undefined when other servers are asked. */
  readonly rcode: string | undefined;
  /** In the form of zone files. */
  readonly answers: readonly string[];
  /** Another datacenter is being asked: to be explained again after that. */
  readonly coming?: Promise<void>;
};

export function explain(question: Question, context: ZoneContext): Explanation {
  const target = parseName(question.name, context.settings);
  const outcome = answer(question, context);
  const steps = [meaning(target, context.settings), ...details(target, context)];
  if (outcome.kind === 'wait') return { steps, rcode: 'SERVFAIL', answers: [], coming: outcome.coming };
  if (outcome.kind === 'recurse')
    return { steps: [...steps, elsewhere(context.settings)], rcode: undefined, answers: [] };
  const { rcode, items, additional, authority } = outcome.reply;
  const falls = rcode === 'NXDOMAIN' && context.settings.fallthrough && context.settings.recursors.length > 0;
  const records = [...items.flatMap(({ record, extra }) => [record, ...extra]), ...authority, ...additional];
  return {
    steps: falls
      ? [...steps, `The catalog does not hold it, and fallthrough is on. ${elsewhere(context.settings)}`]
      : steps,
    rcode: falls ? undefined : rcode,
    answers: falls ? [] : records.map(shown),
  };
}

function meaning(target: Target, settings: DnsSettings): string {
  const place =
    'datacenter' in target && target.datacenter !== undefined ? ` in datacenter "${target.datacenter}"` : '';
  switch (target.kind) {
    case 'service':
      return `It asks for service "${target.name}"${target.tag === '' ? '' : ` with tag "${target.tag}"`}${place}.`;
    case 'query':
      return `It asks for the prepared query "${target.name}"${place}.`;
    case 'node':
      return `It asks for node "${target.name}"${place}.`;
    case 'virtual':
      return `It asks for the address that stands for service "${target.name}" as a whole${place}.`;
    case 'connect':
      return `It asks through what service "${target.name}" is reached in a mesh${place}.`;
    case 'ingress':
      return `It asks for the ingress gateways that lead to service "${target.name}"${place}.`;
    case 'address':
      return `The address is in the name itself: "${target.label}", in hex.`;
    case 'reverse':
      return target.address === undefined
        ? 'It is under in-addr.arpa or ip6.arpa, but is no whole address.'
        : `It asks who has the address ${target.address}.`;
    case 'unknown':
      return 'It is in our domain, but has none of its forms (NAME.service, NODE.node, NAME.query, NAME.virtual, NAME.connect, NAME.ingress, HEX.addr).';
    case 'foreign':
      return `It is in none of our domains (${[settings.domain, ...settings.altDomains].join(', ')}).`;
  }
}

function details(target: Target, context: ZoneContext): string[] {
  const datacenter = 'datacenter' in target ? target.datacenter : undefined;
  if (datacenter !== undefined && datacenter !== context.view.datacenter)
    return remoteDetails(target, datacenter, context);
  if (target.kind === 'service') return ofService(target, context.view.service(target.name), context);
  if (target.kind === 'connect' || target.kind === 'ingress')
    return ofMesh(target, context.mesh?.[target.kind](target.name) ?? [], context);
  if (target.kind === 'query') return ofQuery(target.name, context);
  if (target.kind === 'virtual')
    return ['It is one that an instance was registered with, as tagged address "virtual" or "consul-virtual".'];
  return target.kind === 'node' ? [ofNode(context.view.node(target.name), context)] : [];
}

function remoteDetails(target: Target, datacenter: string, context: ZoneContext): string[] {
  const remote = context.remote?.(datacenter);
  if (!remote) return [`This is datacenter "${context.view.datacenter}"; no other is known by that name.`];
  const asked = `The Consul API of datacenter "${datacenter}" is asked (remote_datacenter).`;
  if (target.kind === 'service')
    return [asked, ...found(remote.service(target.name), (all) => ofService(target, all, context))];
  if (target.kind === 'connect' || target.kind === 'ingress')
    return [asked, ...found(remote[target.kind](target.name), (all) => ofMesh(target, all ?? [], context))];
  if (target.kind === 'node') return [asked, ...found(remote.node(target.name), (node) => [ofNode(node, context)])];
  return [asked];
}

function found<T>(looked: Looked<T>, lines: (value: T | undefined) => string[]): string[] {
  if (looked === 'unreachable') return ['It does not answer.'];
  return 'coming' in looked ? ['It has not answered yet.'] : lines(looked.value);
}

function ofNode(node: ViewNode | undefined, { settings }: ZoneContext): string {
  return node
    ? `Its address is ${node.address}; TTL ${settings.nodeTtl} s (node_ttl).`
    : 'The catalog holds no such node.';
}

function ofMesh(
  { kind, name }: { readonly kind: 'connect' | 'ingress'; readonly name: string },
  instances: readonly ViewInstance[],
  context: ZoneContext,
): string[] {
  if (instances.length > 0) return ofService({ name, tag: '' }, instances, context);
  return [
    kind === 'connect'
      ? 'The catalog holds no proxy for it, no instance that needs none, and no terminating gateway that leads to it.'
      : 'The catalog holds no ingress gateway whose configuration entry names it.',
  ];
}

function ofService(
  { name, tag }: { readonly name: string; readonly tag: string },
  instances: readonly ViewInstance[] | undefined,
  context: ZoneContext,
): string[] {
  if (!instances) return ['The catalog holds no service of that name.'];
  const lines = instances.map(
    (instance) => `  ${instance.id} on ${instance.node.name}: ${fate(instance, tag, context.settings)}`,
  );
  return [
    `${instances.length} instances are registered:`,
    ...lines,
    ttlStep(name, context.settings),
    limitStep(context.settings),
  ];
}

function fate(instance: ViewInstance, tag: string, settings: DnsSettings): string {
  const host = instance.address || instance.node.address;
  if (isShown(instance, tag, settings)) return `${host}:${instance.port}, ${instance.health}${aliasNote(host)}`;
  if (instance.health === 'critical') return 'left out: a check of it or its node is critical';
  if (settings.onlyPassing && instance.health !== 'passing') return 'left out: only_passing is on, and a check warns';
  return `left out: its tags are ${instance.tags.length === 0 ? 'none' : instance.tags.join(', ')}`;
}

/** Types other than SRV have room for one alias, and only where nothing else is. */
function aliasNote(host: string): string {
  return parseAddress(host)
    ? ''
    : '; a host name, which is an alias where no instance has an address of the type that is asked for';
}

function ofQuery(name: string, { queries, settings }: ZoneContext): string[] {
  const query = queries?.query(name);
  if (!query) return ['There is no prepared query of that name, and no template for it.'];
  if ('coming' in query) return ['Nothing is here, and another datacenter is being asked.'];
  const ttl = query.ttl === undefined ? ttlStep(query.service, settings) : `TTL ${query.ttl} s, as the query says.`;
  const where = query.datacenter === undefined ? '' : ` in datacenter "${query.datacenter}"`;
  return [`It looks for service "${query.service}" and finds ${query.instances.length} instances${where}.`, ttl];
}

function ttlStep(name: string, settings: DnsSettings): string {
  const rule = serviceTtlRule(settings, name);
  return rule ? `TTL ${rule.ttl} s (service_ttl "${rule.pattern}").` : 'TTL 0 s: no entry of service_ttl fits.';
}

function limitStep({ udpAnswerLimit, aRecordLimit }: DnsSettings): string {
  const all = aRecordLimit > 0 ? `; of A and AAAA at most ${aRecordLimit} on any way (a_record_limit)` : '';
  return `Over UDP without EDNS at most ${udpAnswerLimit} are sent (udp_answer_limit)${all}. The order is random.`;
}

function elsewhere({ recursors, recursorStrategy }: DnsSettings): string {
  if (recursors.length === 0) return 'No recursors are set: it is refused.';
  return `The recursors are asked, ${recursorStrategy === 'random' ? 'in any order' : 'in this order'}: ${recursors.join(', ')}.`;
}

function shown(record: ResourceRecord): string {
  return `${record.name}. ${record.ttl} IN ${record.type} ${data(record)}`;
}

function data(record: ResourceRecord): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return addressText(record.bytes);
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.target}.`;
    case 'TXT':
      return JSON.stringify(record.text);
    case 'SOA':
      return `${record.mname}. ${record.rname}. ${record.serial} ${record.refresh} ${record.retry} ${record.expire} ${record.minTtl}`;
    default:
      return `${record.target}.`;
  }
}
