import type { Tables } from '../../state/tables.ts';
import type { Planned } from '../commit.ts';
import { ConfigEntryError } from './errors.ts';
import { gatewayFault } from './gateway-fault.ts';

/** Central configuration as Consul's tools write it. It is kept and served; only gateways are found by it: there is no mesh. */
export type ConfigEntry = { readonly Kind: string; readonly Name: string } & { readonly [field: string]: unknown };

const KINDS = new Set([
  'service-defaults',
  'proxy-defaults',
  'service-router',
  'service-splitter',
  'service-resolver',
  'service-intentions',
  'ingress-gateway',
  'terminating-gateway',
  'api-gateway',
  'http-route',
  'tcp-route',
  'inline-certificate',
  'file-system-certificate',
  'bound-api-gateway',
  'exported-services',
  'sameness-group',
  'jwt-provider',
  'control-plane-request-limit',
  'mesh',
]);
/** Kinds of which there is one, and its name. */
const SINGLE: Readonly<Record<string, string>> = { 'proxy-defaults': 'global', mesh: 'mesh' };

export function isKind(kind: string): boolean {
  return KINDS.has(kind);
}

/** Throws ConfigEntryError. */
export function checkKind(kind: string): void {
  if (!isKind(kind)) throw new ConfigEntryError(`invalid config entry kind: ${kind}`);
}

/** False when the comparison failed. Throws ConfigEntryError. */
export function planPutEntry(tables: Tables, entry: ConfigEntry, cas: number | undefined): Planned<boolean> {
  checkKind(entry.Kind);
  const single = SINGLE[entry.Kind];
  const Name = entry.Name || (entry.Kind === 'mesh' ? 'mesh' : '');
  if (Name === '') throw new ConfigEntryError('Name is required');
  if (single !== undefined && Name !== single)
    throw new ConfigEntryError(`invalid name (${JSON.stringify(Name)}), only ${JSON.stringify(single)} is supported`);
  const fault = gatewayFault(entry);
  if (fault) throw new ConfigEntryError(fault);
  const key = entryKey(entry.Kind, Name);
  const modifyIndex = tables.configEntries.get(key)?.ModifyIndex ?? 0;
  if (cas !== undefined && cas !== modifyIndex) return { result: false };
  const require = cas === undefined ? [] : [{ table: 'configEntries', key, modifyIndex }];
  return {
    txn: { ops: [{ kind: 'put', table: 'configEntries', key, value: { ...entry, Name } }], require },
    result: true,
  };
}

/** False when the comparison failed. What is not there is gone. */
export function planDeleteEntry(tables: Tables, kind: string, name: string, cas: number | undefined): Planned<boolean> {
  checkKind(kind);
  const key = entryKey(kind, name);
  const row = tables.configEntries.get(key);
  if (cas !== undefined && cas !== (row?.ModifyIndex ?? 0)) return { result: false };
  if (!row) return { result: true };
  const require = cas === undefined ? [] : [{ table: 'configEntries', key, modifyIndex: cas }];
  return { txn: { ops: [{ kind: 'delete', table: 'configEntries', key }], require }, result: true };
}

export function entryKey(kind: string, name: string): string {
  return `${kind}/${name}`;
}
