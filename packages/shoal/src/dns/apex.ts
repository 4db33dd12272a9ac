import { parseAddress } from './address.ts';
import { isEncodable, nodeName } from './own-names.ts';
import { type AnswerItem, plain, type Reply, type ResourceRecord, reply } from './records.ts';
import { isShown } from './shown.ts';
import { shuffled } from './shuffle.ts';
import type { ZoneContext } from './zone-context.ts';

const MOST_NAME_SERVERS = 3;

/** The answer to SOA: the record, the servers and their addresses. */
export function start(context: ZoneContext): Reply {
  const servers = nameServers(context);
  const glue = servers.flatMap((item) => item.extra);
  return {
    ...reply('NOERROR', plain([soa(context)])),
    authority: servers.map((item) => item.record),
    additional: glue,
  };
}

export function soa(context: ZoneContext): ResourceRecord {
  const { domain, soa: timing } = context.settings;
  const names = { mname: `ns.${domain}`, rname: `hostmaster.${domain}` };
  return { name: domain, ttl: timing.minTtl, type: 'SOA', ...names, serial: context.now >>> 0, ...timing };
}

/** The servers are the nodes with an instance of the service `consul`. */
export function nameServers(context: ZoneContext): AnswerItem[] {
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

/** No such name, and for how long that holds. */
export function missing(context: ZoneContext): Reply {
  return { ...reply('NXDOMAIN', []), authority: [soa(context)] };
}
