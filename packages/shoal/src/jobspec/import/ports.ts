import { argument, block, comment, type Item } from './hcl-text.ts';
import { isMapping, text } from './yaml-values.ts';

/** `host` is undefined where any will do. */
export type PublishedPort = {
  readonly label: string;
  readonly container: number;
  readonly host?: number;
  readonly note?: string;
};

type Wanted = Omit<PublishedPort, 'label'>;

const LABELS: Readonly<Record<number, string>> = {
  22: 'ssh',
  25: 'smtp',
  53: 'dns',
  80: 'http',
  443: 'https',
  1883: 'mqtt',
  3306: 'mysql',
  5432: 'postgres',
  5672: 'amqp',
  6379: 'redis',
  8080: 'http',
  8443: 'https',
  9092: 'kafka',
  27017: 'mongo',
};

/** Ports of a service (`ports`, `expose`, and those that others name) with labels that differ. */
export function portsOf(
  published: readonly unknown[],
  exposed: readonly string[],
): { ports: PublishedPort[]; notes: string[] } {
  const notes: string[] = [];
  const wanted = published.flatMap((entry) => {
    const found = isMapping(entry) ? longForm(entry) : shortForm(text(entry) ?? '');
    if (found === undefined) notes.push(`ports: ${JSON.stringify(entry)} could not be read`);
    return found ?? [];
  });
  for (const entry of exposed) {
    const container = Number.parseInt(entry, 10);
    if (container > 0 && !wanted.some((port) => port.container === container)) wanted.push({ container });
  }
  return { ports: labelled(wanted), notes };
}

function labelled(wanted: readonly Wanted[]): PublishedPort[] {
  const taken = new Set<string>();
  return wanted.map((port) => {
    const names = [LABELS[port.container], `port_${port.container}`, `port_${port.container}_${port.host ?? 'any'}`];
    const label = names.find((name) => name !== undefined && !taken.has(name)) ?? `port_${taken.size}`;
    taken.add(label);
    return { label, ...port };
  });
}

function longForm(entry: Readonly<Record<string, unknown>>): Wanted[] | undefined {
  const container = Number(entry['target']);
  if (!Number.isInteger(container)) return undefined;
  const host = Number.parseInt(text(entry['published']) ?? '', 10);
  return [{ container, ...(host > 0 && { host }), ...noteOf(text(entry['host_ip']), text(entry['protocol'])) }];
}

const SHORT = /^(?:(?:(\[[^\]]+\]|[\d.]+):)?(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp))?$/;

/** `80`, `8080:80`, `127.0.0.1:8080:80/udp`, `3000-3005:3000-3005`. */
function shortForm(entry: string): Wanted[] | undefined {
  const found = SHORT.exec(entry.trim());
  if (!found) return undefined;
  const [, address, host, container = '', protocol] = found;
  const containers = range(container);
  const hosts = host === undefined ? [] : range(host);
  return containers.map((number, at) => ({
    container: number,
    ...(hosts[at] !== undefined && { host: hosts[at] }),
    ...noteOf(address, protocol),
  }));
}

function range(given: string): number[] {
  const [from = 0, to = from] = given.split('-').map(Number);
  return Array.from({ length: Math.min(Math.max(to - from + 1, 0), 1000) }, (_, at) => from + at);
}

function noteOf(address: string | undefined, protocol: string | undefined): { note?: string } {
  const notes = [
    ...(address !== undefined && address !== '0.0.0.0'
      ? [`was open on ${address} only: name a host_network of the client for that`]
      : []),
    ...(protocol === 'udp' ? ['UDP: a port is always both, TCP and UDP'] : []),
  ];
  return notes.length > 0 ? { note: notes.join('; ') } : {};
}

export function networkBlock(ports: readonly PublishedPort[]): Item[] {
  if (ports.length === 0) return [];
  const items = ports.flatMap(({ label, container, host, note }) => [
    ...(note === undefined ? [] : [comment(note)]),
    block('port', [label], [...(host === undefined ? [] : [argument('static', host)]), argument('to', container)]),
  ]);
  return [block('network', [], items)];
}
