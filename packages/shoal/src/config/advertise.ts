import type { Diagnostic } from '@shoal/hcl';
import { addressProblem, capital } from './address-problem.ts';
import { type Machine, resolveAddresses } from './addresses/resolve-address.ts';
import type { AdvertiseConfig } from './agent-config.ts';
import { DEFAULTS } from './defaults.ts';
import type { Listening } from './listeners.ts';
import type { Merged } from './merge.ts';
import type { Setting, SettingName } from './settings.ts';

/** What others are told: as configured, else where it listens, else the machine's private or first address. */
export function advertising(
  merged: Merged,
  machine: Machine,
  where: Listening,
  dev: boolean,
): { advertise: AdvertiseConfig; diagnostics: Diagnostic[] } {
  const address = nodeAddress(merged, machine, dev || where.listen.rpc.every(isLoopback));
  const http = advertised(
    'advertise.http',
    merged,
    machine,
    endpoint(where.listen.http, where.ports.http, address.value),
  );
  const rpc = advertised('advertise.rpc', merged, machine, endpoint(where.listen.rpc, where.ports.rpc, address.value));
  return {
    advertise: { address: address.value, http: http.value, rpc: rpc.value },
    diagnostics: [...address.diagnostics, ...http.diagnostics, ...rpc.diagnostics],
  };
}

type Found = { value: string; diagnostics: readonly Diagnostic[] };

/** An agent that talks to nobody but itself tells nobody an address at which it does not answer. */
function nodeAddress(merged: Merged, machine: Machine, isAlone: boolean): Found {
  const origin = merged.origins.get('advertise.address');
  if (origin !== undefined) return resolvedOne(origin, machine, defaultAddress(machine));
  const named = agentAddress(merged, machine);
  return { value: named ?? (isAlone ? DEFAULTS.listenAddress : defaultAddress(machine)), diagnostics: [] };
}

/** The last address of this machine that a file names for the agents' traffic; a wildcard (0.0.0.0) names none. */
function agentAddress(merged: Merged, machine: Machine): string | undefined {
  const names: readonly SettingName[] = ['addresses.rpc', 'bind.rpc', 'addresses.http', 'bind.http'];
  return names
    .flatMap((name) => merged.settings.filter((setting) => setting.name === name).reverse())
    .map(({ value }) => specific(resolveAddresses(String(value), machine).addresses))
    .find((address) => address !== undefined);
}

function resolvedOne(origin: Setting, machine: Machine, otherwise: string): Found {
  const { addresses, pending, errors } = resolveAddresses(String(origin.value), machine);
  const diagnostics = [
    ...errors.map(({ source, reason, remedy }) => addressProblem('error', origin, `${source}: ${reason}.`, remedy)),
    ...pending.map(({ reason }) =>
      addressProblem('warning', origin, `${capital(reason)}; ${otherwise} is told until then.`, undefined),
    ),
  ];
  return { value: addresses[0] ?? otherwise, diagnostics };
}

/** `advertise { http = "1.2.3.4:5678" }`: a port alone goes with the machine's address, and a name of DNS is told as it is. */
function advertised(
  name: 'advertise.http' | 'advertise.rpc',
  merged: Merged,
  machine: Machine,
  otherwise: string,
): Found {
  const origin = merged.origins.get(name);
  if (origin === undefined) return { value: otherwise, diagnostics: [] };
  const written = String(origin.value);
  const port = /^(.*[^:]|):(\d+)$/s.exec(written);
  const [, host = written, number = otherwise.slice(otherwise.lastIndexOf(':') + 1)] = port ?? [];
  if (host === '') return { value: joinPort(defaultAddress(machine), number), diagnostics: [] };
  if (isDnsName(host) && machine.interfaces[host] === undefined) {
    return { value: joinPort(host, number), diagnostics: [] };
  }
  const { value, diagnostics } = resolvedOne({ ...origin, value: host } as Setting, machine, defaultAddress(machine));
  return { value: joinPort(value, number), diagnostics };
}

/** A name with a domain. Interfaces may have dots too (`eth0.100`), but no word behind the last one. */
function isDnsName(host: string): boolean {
  return /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z](?:[a-z\d-]*[a-z\d])?$/i.test(host);
}

function endpoint(listen: readonly string[], port: number | undefined, address: string): string {
  const host = listen.every(isLoopback) ? (listen[0] ?? address) : (specific(listen) ?? address);
  return joinPort(host, String(port ?? 0));
}

function joinPort(host: string, port: string): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function specific(addresses: readonly string[]): string | undefined {
  return addresses.find((address) => address !== '0.0.0.0' && address !== '::');
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function defaultAddress(machine: Machine): string {
  const template = '{{ GetPrivateIP }} {{ GetPublicIP }}';
  const { addresses } = resolveAddresses(template, machine);
  // IPv4 first: not everything that reads a catalog can dial IPv6.
  return addresses.find((address) => !address.includes(':')) ?? addresses[0] ?? DEFAULTS.listenAddress;
}
