import type { Read } from '../../state/read.ts';
import type { ConfigEntryRow } from '../../state/rows.ts';
import { entryKey } from '../config-entries/plan.ts';
import { CONSUL_SERVICE } from '../self.ts';

/** That a gateway leads to a service, as its configuration entry says. */
export type GatewayLink = {
  readonly gateway: string;
  readonly service: string;
  readonly kind: GatewayKind;
  /** The entry says `*`. */
  readonly fromWildcard: boolean;
  readonly listener?: { readonly Port: number; readonly Protocol: string; readonly Hosts: readonly string[] };
  /** Files of a terminating gateway. */
  readonly tls?: Readonly<Record<'CAFile' | 'CertFile' | 'KeyFile' | 'SNI', string>>;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
};

export type GatewayKind = 'ingress-gateway' | 'terminating-gateway';

const ANY = '*';
const DEFAULT_PROTOCOL = 'tcp';

/** What the gateway of that name leads to. */
export function linksOf(read: Read, gateway: string): GatewayLink[] {
  return (['ingress-gateway', 'terminating-gateway'] as const).flatMap((kind) => {
    const entry = read.get(read.state.tables.configEntries, entryKey(kind, gateway));
    return entry ? links(read, kind, entry) : [];
  });
}

/** The gateways of that kind that lead to the service. `service` is in lower case. */
export function gatewaysTo(read: Read, kind: GatewayKind, service: string): string[] {
  return read
    .by(read.state.tables.configEntries, 'kind', kind)
    .filter((entry) => links(read, kind, entry).some((link) => link.service.toLowerCase() === service))
    .map(({ Name }) => Name);
}

function links(read: Read, kind: GatewayKind, entry: ConfigEntryRow): GatewayLink[] {
  const { Name: gateway, CreateIndex, ModifyIndex } = entry;
  const found = kind === 'ingress-gateway' ? ingressLinks(read, entry) : terminatingLinks(read, entry);
  return found.map((link) => ({ gateway, kind, ...link, CreateIndex, ModifyIndex }));
}

type Found = Pick<GatewayLink, 'service' | 'fromWildcard' | 'listener' | 'tls'>;

function ingressLinks(read: Read, entry: ConfigEntryRow): Found[] {
  return objects(entry['Listeners']).flatMap((listener) => {
    const Protocol = text(listener['Protocol']) || DEFAULT_PROTOCOL;
    const spoken = (name: string) => protocolOf(read, name) === Protocol;
    return objects(listener['Services']).flatMap((service) => {
      const Hosts = (service['Hosts'] as readonly string[] | undefined) ?? [];
      const own = { listener: { Port: Number(listener['Port']), Protocol, Hosts } };
      return named(read, text(service['Name']), spoken).map((found) => ({ ...found, ...own }));
    });
  });
}

function terminatingLinks(read: Read, entry: ConfigEntryRow): Found[] {
  const services = objects(entry['Services']);
  const listed = new Set(services.map(({ Name }) => text(Name).toLowerCase()));
  return services.flatMap((service) => {
    const file = (field: string) => text(service[field]);
    const tls = { CAFile: file('CAFile'), CertFile: file('CertFile'), KeyFile: file('KeyFile'), SNI: file('SNI') };
    // What is named has files of its own.
    return named(read, text(service['Name']), (name) => !listed.has(name.toLowerCase())).map((found) => ({
      ...found,
      tls,
    }));
  });
}

/** A service by its name, or with `*` all that pass: ordinary ones, which are no proxies, gateways or servers. */
function named(read: Read, name: string, passes: (name: string) => boolean): Pick<Found, 'service' | 'fromWildcard'>[] {
  if (name !== ANY) return [{ service: name, fromWildcard: false }];
  const rows = read.all(read.state.tables.catalogServices);
  const names = new Set(
    rows.filter((row) => row.ServiceKind === '' && row.ServiceName !== CONSUL_SERVICE).map((row) => row.ServiceName),
  );
  return [...names].filter(passes).map((service) => ({ service, fromWildcard: true }));
}

/** By the service's own defaults, else by those of all proxies. */
function protocolOf(read: Read, name: string): string {
  const { configEntries } = read.state.tables;
  const own = read.get(configEntries, entryKey('service-defaults', name));
  const ofAll = read.get(configEntries, entryKey('proxy-defaults', 'global'));
  const config = (ofAll?.['Config'] ?? {}) as Readonly<Record<string, unknown>>;
  return text(own?.['Protocol']) || text(config['protocol']) || DEFAULT_PROTOCOL;
}

/** Entries of a restored snapshot have whatever was in it. */
function objects(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
