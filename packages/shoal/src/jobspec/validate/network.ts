import type { NetworkResource, Port } from '@shoal/api';
import { type Finding, when, within } from './findings.ts';

/** Ports seen so far, by label and by number on a host network, with who has them. */
type Taken = { labels: Map<string, string>; statics: Map<string, string> };

export function noPorts(): Taken {
  return { labels: new Map(), statics: new Map() };
}

/** The ports of some networks, counted against (and added to) those already `taken`. `owner` names where they stand. */
export function validateNetworks(networks: NetworkResource[] | null, owner: string, taken: Taken): Finding[] {
  return (networks ?? []).flatMap((network, i) => [
    ...within(validateMode(network), i),
    ...PORT_LISTS.flatMap((list) =>
      (network[list] ?? []).flatMap((port, n) => within(validatePort(port, owner, taken), i, list, n)),
    ),
  ]);
}

const PORT_LISTS = ['ReservedPorts', 'DynamicPorts'] as const;

function validateMode({ Mode: mode }: NetworkResource): Finding[] {
  const isKnown = ['', 'none', 'host', 'bridge'].includes(mode) || /^cni\/.+/.test(mode);
  return when([
    !isKnown,
    `Invalid network mode "${mode}": must be "none", "host", "bridge" or "cni/<network>"`,
    'Mode',
  ]);
}

function validatePort(port: Port, owner: string, taken: Taken): Finding[] {
  const { Label: label, Value: value, To: to } = port;
  const place = `${port.HostNetwork || 'default'}:${value}`;
  const labelOwner = taken.labels.get(label);
  const staticOwner = value > 0 ? taken.statics.get(place) : undefined;
  taken.labels.set(label, labelOwner ?? owner);
  if (value > 0) taken.statics.set(place, staticOwner ?? `${owner}:${label}`);
  return when(
    [label === '', 'Port label must be set'],
    [labelOwner !== undefined, `Port label ${label} already in use by ${labelOwner}`],
    [staticOwner !== undefined, `Static port ${value} already reserved by ${staticOwner}`, 'Value'],
    [value > 65535, `Port ${label} (${value}) cannot be greater than 65535`, 'Value'],
    [value < 0, `Port ${label} (${value}) cannot be less than 0`, 'Value'],
    [to > 65535, `Port ${label} cannot be mapped to a port (${to}) greater than 65535`, 'To'],
    [to < -1, `Port ${label} cannot be mapped to a port (${to}) less than 0`, 'To'],
  );
}
