import { argument, block, comment, type Expression, type Item } from './hcl-text.ts';
import { isMapping, text } from './yaml-values.ts';

/** `host` is undefined where any will do, an expression where it is a variable's value. */
export type PublishedPort = {
  readonly label: string;
  readonly container: number;
  readonly host?: Expression;
  readonly note?: string;
  /** Nobody answers by TCP. */
  readonly isUdp?: true;
};

type Wanted = Omit<PublishedPort, 'label'>;
type Write = (text: string) => Expression;

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
  exposed: readonly (string | number)[],
  write: Write,
): { ports: PublishedPort[]; notes: string[] } {
  const notes: string[] = [];
  const wanted = published.flatMap((entry) => {
    const found = isMapping(entry) ? longForm(entry, write) : shortForm(text(entry) ?? '', write);
    if (found === undefined) notes.push(`ports: ${JSON.stringify(entry)} could not be read`);
    return found ?? [];
  });
  const inside = exposed.flatMap((entry) => {
    const found = /^(\d+(?:-\d+)?)(?:\/\w+)?$/.exec(String(entry));
    return found === null ? [] : range(found[1] ?? '');
  });
  for (const container of inside) {
    if (container > 0 && !wanted.some((port) => port.container === container)) wanted.push({ container });
  }
  return { ports: labelled(merged(wanted)), notes };
}

/** The same port for TCP and for UDP, or at several addresses, is one here. */
function merged(wanted: readonly Wanted[]): Wanted[] {
  const ports = new Map<string, Wanted>();
  for (const port of wanted) {
    const key = `${port.container} ${JSON.stringify(port.host)}`;
    const other = ports.get(key);
    const { note, isUdp, ...plain } = port;
    ports.set(key, other === undefined || (other.note === note && other.isUdp === isUdp) ? port : plain);
  }
  return [...ports.values()];
}

function labelled(wanted: readonly Wanted[]): PublishedPort[] {
  const taken = new Set<string>();
  return wanted.map((port) => {
    const names = [
      LABELS[port.container],
      `port_${port.container}`,
      `port_${port.container}_${typeof port.host === 'number' ? port.host : 'any'}`,
    ];
    const label = names.find((name) => name !== undefined && !taken.has(name)) ?? `port_${taken.size}`;
    taken.add(label);
    return { label, ...port };
  });
}

function longForm(entry: Readonly<Record<string, unknown>>, write: Write): Wanted[] | undefined {
  const container = Number(entry['target']);
  if (!Number.isInteger(container)) return undefined;
  const published = text(entry['published']) ?? '';
  const host = REFERENCE.test(published) ? write(published) : Number.parseInt(published, 10);
  const hasHost = typeof host !== 'number' || host > 0;
  return [{ container, ...(hasHost && { host }), ...noteOf(text(entry['host_ip']), text(entry['protocol'])) }];
}

const REFERENCE = /^\$(?:\w+|\{[^{}]+\})$/;
const SHORT = /^(?:(?:(\[[^\]]+\]|[\d.]+):)?(\d+(?:-\d+)?|\$\w+|\$\{[^{}]+\})?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp))?$/;

/** `80`, `8080:80`, `127.0.0.1:8080:80/udp`, `3000-3005:3000-3005`, `${PORT}:80` where the port is not known. */
function shortForm(entry: string, write: Write): Wanted[] | undefined {
  const found = SHORT.exec(entry.trim());
  if (!found) return undefined;
  const [, address, host, container = '', protocol] = found;
  const containers = range(container);
  const hosts = host === undefined ? [] : REFERENCE.test(host) ? [write(host)] : range(host);
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

function noteOf(address: string | undefined, protocol: string | undefined): { note?: string; isUdp?: true } {
  const notes = [
    ...(address !== undefined && address !== '0.0.0.0' && address !== '[::]'
      ? [`was open on ${address} only: name a host_network of the client for that`]
      : []),
    ...(protocol === 'udp' ? ['UDP: a port is always both, TCP and UDP'] : []),
  ];
  return {
    ...(notes.length > 0 && { note: notes.join('; ') }),
    ...(protocol === 'udp' && { isUdp: true as const }),
  };
}

export function networkBlock(ports: readonly PublishedPort[]): Item[] {
  if (ports.length === 0) return [];
  const items = ports.flatMap(({ label, container, host, note }) => [
    ...(note === undefined ? [] : [comment(note)]),
    block('port', [label], [...(host === undefined ? [] : [argument('static', host)]), argument('to', container)]),
  ]);
  return [block('network', [], items)];
}
