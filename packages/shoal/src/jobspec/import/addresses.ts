import type { PublishedPort } from './ports.ts';
import { serviceName } from './project.ts';
import { type Mapping, mapping, texts } from './yaml-values.ts';

/** A place in a value where a service is named as a host, with or without a port. */
export type Mention = {
  readonly name: string;
  readonly port?: number;
  readonly at: number;
  readonly length: number;
};

/** Services by the names that others know them by. */
export type Hosts = ReadonlyMap<string, string>;

/** Keys whose values are names of other things: a user, a database, a kind of driver. */
const NAMING =
  /(?:^|[_.-])(?:user(?:name)?|login|db(?:name)?|database|name|pass(?:word)?|secret|key|type|dialect|driver|engine|adapter|connection|mode|role|level|profiles?(?:_active)?|tag|version|store|provider|realm|schema|bucket|index|prefix|topic|group|kind|title|label)$/i;

const WITH_PORT = String.raw`(?<=^|(?<!/)//|[^\w."/-])(?<name>NAMES):(?<port>\d{2,5})(?![\w@])`;
const IN_ADDRESS = String.raw`(?<=(?<!/)//|@|\b(?:host|hostname|server|addr|address)=)(?<name>NAMES)(?=$|[/,;?)\s])`;
const ALONE = `(?<=^|,)(?<name>NAMES)(?=$|,)`;

/**
 * Where a value names other services as hosts: `db:5432`, `tcp://db/x`, `db` alone. A word in a path or the name of a user is
 * none, even if a service has the same name.
 */
export function mentionsIn(key: string, value: string, hosts: Hosts): Mention[] {
  if (hosts.size === 0) return [];
  const words = [...hosts.keys()].sort((one, other) => other.length - one.length).map(escapedPattern);
  const patterns = [WITH_PORT, IN_ADDRESS, ...(NAMING.test(key) ? [] : [ALONE])];
  const all = patterns.flatMap((pattern) =>
    [...value.matchAll(new RegExp(pattern.replace('NAMES', words.join('|')), 'g'))].map(mentionOf),
  );
  return all
    .filter(({ port }) => port === undefined || (port > 0 && port < 65_536))
    .sort((one, other) => one.at - other.at)
    .filter((mention, index, sorted) => index === 0 || mention.at !== sorted[index - 1]?.at)
    .map((mention) => ({ ...mention, name: hosts.get(mention.name) ?? mention.name }));
}

/** The names that services have as hosts for each other: their own, those of their containers, and aliases of networks and links. */
export function hostsOf(services: readonly (readonly [string, Mapping])[]): Hosts {
  const aliases = services.flatMap(([name, service]) => [
    ...texts(service['container_name']).map((alias) => [alias, name] as const),
    ...Object.values(mapping(service['networks'])).flatMap((network) =>
      texts(mapping(network)['aliases']).map((alias) => [alias, name] as const),
    ),
    ...texts(service['links']).flatMap((link) => {
      const [other = '', alias] = link.split(':');
      return alias === undefined ? [] : [[alias, other] as const];
    }),
  ]);
  return new Map([...aliases, ...services.map(([name]) => [name, name] as const)]);
}

function mentionOf(found: RegExpMatchArray): Mention {
  const { name = '', port } = found.groups ?? {};
  return { name, at: found.index ?? 0, length: found[0].length, ...(port !== undefined && { port: Number(port) }) };
}

function escapedPattern(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A service is found under its name, with the first of its ports; others have names of their own. */
export function portService(name: string, port: PublishedPort, isFirst: boolean): string {
  return serviceName(isFirst ? name : `${name}-${port.label}`);
}
