import type { Allocation } from '@shoal/api';
import type { DriverNetwork } from '../drivers/driver.ts';
import { taskPorts } from '../env/port-variables.ts';
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
  /** Where the task is by its driver; undefined for one that shares the host's network, and for groups. */
  inside?: InsideAddress | undefined;
};

/** `ports`: those of the task behind labels, where its driver maps them. */
export type InsideAddress = { network: DriverNetwork | undefined; ports: Readonly<Record<string, number>> };

/** Throws `ServiceAddressError` for a label that the allocation does not have, and for a mode that its network cannot serve. */
export function resolveAddress(request: AddressRequest): Address {
  const { allocation, task, portLabel, subject } = request;
  const ports = taskPorts(allocation.AllocatedResources, task);
  const network = networkOf(request);
  const ip = network ?? hostIp(allocation, task);
  if (portLabel === '') return { ip, port: 0 };
  const port = ports.find(({ label }) => label === portLabel);
  if (port !== undefined) {
    const inside = request.inside?.ports[portLabel] || port.to || port.value;
    return network === undefined ? { ip: port.ip, port: port.value } : { ip: network, port: inside };
  }
  if (/^\d+$/.test(portLabel)) return { ip, port: Number(portLabel) };
  const known = ports.map(({ label }) => label).join(', ') || 'none';
  throw new ServiceAddressError(`${subject}: there is no port "${portLabel}" in the group's network; it has: ${known}`);
}

/** The address inside of the task's or the allocation's own network; undefined for the host's. */
function networkOf({ allocation, mode, subject, inside }: AddressRequest): string | undefined {
  const { network } = inside ?? {};
  if (mode === 'alloc') {
    if (allocation.NetworkStatus?.Address) return allocation.NetworkStatus.Address;
    throw new ServiceAddressError(
      `${subject}: address_mode = "alloc" needs a group with an address of its own: network { mode = "bridge" } or "cni/NAME"; use "host"`,
    );
  }
  if (mode === 'auto') return network?.advertise ? network.ip : undefined;
  if (mode !== 'driver') return undefined;
  if (network !== undefined) return network.ip;
  throw new ServiceAddressError(
    `${subject}: address_mode = "driver" needs a driver with its own network, and a task that is not in the host's; use "host"`,
  );
}

function hostIp({ AllocatedResources: { Shared, Tasks } }: Allocation, task: string): string {
  return Tasks[task]?.Networks?.[0]?.IP ?? Shared.Networks?.[0]?.IP ?? '';
}
