import { isIPv4, isIPv6 } from 'node:net';
import type { CheckStatus, ServiceAddress, Weights } from '@shoal/api';
import type { CatalogCheckRow, CatalogNodeRow, CatalogServiceRow, ServiceProxy } from '../state/rows.ts';

/** What makes a row: everything but the indexes, which are stamped when it is written. */
export type Unstamped<R> = Omit<R, 'CreateIndex' | 'ModifyIndex'>;
export type NodeEntry = Unstamped<CatalogNodeRow>;
export type ServiceEntryRow = Unstamped<CatalogServiceRow>;
export type CheckEntry = Unstamped<CatalogCheckRow>;

/** What is said of a node. Strings are '' and lists empty where the body says nothing. */
export type NodeRegistrationBody = {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly TaggedAddresses: Readonly<Record<string, string>>;
  readonly NodeMeta: Readonly<Record<string, string>>;
};

/** The body of `PUT /v1/catalog/register`. */
export type CatalogRegistration = NodeRegistrationBody & {
  /** Leaves the node's row as it is, if there is one. */
  readonly SkipNodeUpdate: boolean;
  readonly Service: ServiceRegistrationBody | undefined;
  readonly Checks: readonly CheckRegistrationBody[];
};

export type ServiceRegistrationBody = {
  readonly Kind: string;
  readonly ID: string;
  readonly Service: string;
  readonly Tags: readonly string[];
  readonly Address: string;
  readonly TaggedAddresses: Readonly<Record<string, ServiceAddress>>;
  readonly Meta: Readonly<Record<string, string>>;
  readonly Port: number;
  readonly Weights: Weights | undefined;
  readonly EnableTagOverride: boolean;
  readonly SocketPath?: string;
  readonly Proxy?: ServiceProxy | undefined;
  /** `Connect.Native` */
  readonly Native?: boolean;
};

export type CheckRegistrationBody = {
  readonly Node: string;
  readonly CheckID: string;
  readonly Name: string;
  readonly Status: string;
  readonly Notes: string;
  readonly Output: string;
  readonly ServiceID: string;
  readonly Type: string;
  readonly Definition: Readonly<Record<string, unknown>>;
};

export const DEFAULT_WEIGHTS: Weights = { Passing: 1, Warning: 1 };

export function isCheckStatus(text: string): text is CheckStatus {
  return text === 'passing' || text === 'warning' || text === 'critical';
}

/**
 * An agent's service with an IP address of its own also has it under the tags `lan_ipv4` and `wan_ipv4` (or `…_ipv6`), unless the registration says otherwise.
 */
export function withAddressFamilies(
  tagged: Readonly<Record<string, ServiceAddress>>,
  address: string,
  port: number,
): Record<string, ServiceAddress> {
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  if (family === undefined) return { ...tagged };
  const own = { Address: address, Port: port };
  return { [`lan_${family}`]: own, [`wan_${family}`]: own, ...tagged };
}
