import type { Allocation } from '@shoal/api';
import { ServiceAddressError } from '../errors.ts';

/** Where a service or a check is reached. '' and 0 stand for "the node's" and "none". */
export type Address = { ip: string; port: number };

export type AddressRequest = {
  allocation: Allocation;
  /** '' for a group's service. */
  task: string;
  /** `auto`, `host`, `driver`, `alloc` (https://developer.hashicorp.com/nomad/docs/job-specification/service#address_mode). */
  mode: string;
  /** A port's label, a number as text, or ''. */
  portLabel: string;
  /** What the message is about, for example `service "web"`. */
  subject: string;
};

type Port = { label: string; ip: string; value: number; to: number };

/** Throws `ServiceAddressError` for a label that the allocation does not have, and for a mode that its network cannot serve. */
export function resolveAddress(request: AddressRequest): Address {
  const { allocation, task, mode, portLabel, subject } = request;
  if (mode === 'driver') {
    throw new ServiceAddressError(
      `${subject}: address_mode = "driver" needs a driver with its own network; use "host"`,
    );
  }
  const ports = portsOf(allocation, task);
  const network = allocation.NetworkStatus?.Address ?? '';
  const inside = mode === 'alloc' && network !== '';
  if (portLabel === '') return { ip: inside ? network : hostIp(allocation, task), port: 0 };
  const port = ports.find(({ label }) => label === portLabel);
  if (port !== undefined)
    return inside ? { ip: network, port: port.to || port.value } : { ip: port.ip, port: port.value };
  if (/^\d+$/.test(portLabel)) return { ip: inside ? network : hostIp(allocation, task), port: Number(portLabel) };
  const known = ports.map(({ label }) => label).join(', ') || 'none';
  throw new ServiceAddressError(`${subject}: there is no port "${portLabel}" in the group's network; it has: ${known}`);
}

function portsOf(allocation: Allocation, task: string): Port[] {
  const { Shared, Tasks } = allocation.AllocatedResources;
  const shared = (Shared.Ports ?? []).map((port) => ({
    label: port.Label,
    ip: port.HostIP,
    value: port.Value,
    to: port.To,
  }));
  const networks = [...(Tasks[task]?.Networks ?? []), ...(Shared.Networks ?? [])];
  const labelled = networks.flatMap((network) =>
    [...(network.ReservedPorts ?? []), ...(network.DynamicPorts ?? [])].map((port) => ({
      label: port.Label,
      ip: network.IP,
      value: port.Value,
      to: port.To,
    })),
  );
  return [...shared, ...labelled];
}

function hostIp({ AllocatedResources: { Shared, Tasks } }: Allocation, task: string): string {
  return Tasks[task]?.Networks?.[0]?.IP ?? Shared.Networks?.[0]?.IP ?? '';
}
