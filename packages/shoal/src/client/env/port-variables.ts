import type { AllocatedResources, Allocation, AllocNetworkStatus, NetworkResource } from '@shoal/api';
import type { TaskPort } from '../drivers/driver.ts';

/** Names of variables may hold letters, digits and `_`; everything else becomes `_`. */
export function cleanName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, '_');
}

/**
 * The variables of the allocation's ports (https://developer.hashicorp.com/nomad/docs/runtime/environment): the group's as `NOMAD_PORT_<label>`,
 * those of a task's own network without the task's name for itself and as `NOMAD_PORT_<task>_<label>` for the others. `inside`: ports of the task
 * behind labels of its own network, where its driver maps them. In a network of the allocation's own its address comes as `NOMAD_ALLOC_IP_<label>`.
 */
export function portVariables(
  { AllocatedResources: resources, NetworkStatus: network }: Pick<Allocation, 'AllocatedResources' | 'NetworkStatus'>,
  task: string,
  inside: Record<string, number> = {},
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [other, { Networks }] of Object.entries(resources.Tasks)) {
    for (const port of networkPorts(Networks)) Object.assign(variables, siblingPort(other, port));
  }
  for (const port of taskPorts(resources, task)) {
    Object.assign(variables, ownPort({ ...port, to: inside[port.label] ?? port.to }));
  }
  if (network?.Address) for (const port of sharedPorts(resources)) Object.assign(variables, allocPort(port, network));
  return variables;
}

/** The ports that a task may use: of its own network and of the group's. */
export function taskPorts(resources: AllocatedResources, task: string): TaskPort[] {
  return [...networkPorts(resources.Tasks[task]?.Networks ?? null), ...sharedPorts(resources)];
}

function siblingPort(task: string, { label, ip, value: port }: TaskPort): Record<string, string> {
  const name = cleanName(`${task}_${label}`);
  return {
    [`NOMAD_IP_${name}`]: ip,
    [`NOMAD_PORT_${name}`]: String(port),
    [`NOMAD_ADDR_${name}`]: hostPort(ip, port),
    [`NOMAD_HOST_PORT_${name}`]: String(port),
  };
}

// Three of the seven keep the label as it is written; they are given under the clean name too, since no shell can read the others.
function ownPort({ label, ip, value: port, to }: TaskPort): Record<string, string> {
  const name = cleanName(label);
  const inside = String(to > 0 ? to : port);
  const kept = { HOST_ADDR: hostPort(ip, port), HOST_IP: ip, ALLOC_PORT: inside };
  const both = Object.entries(kept).flatMap(([key, value]) => [
    [`NOMAD_${key}_${label}`, value],
    [`NOMAD_${key}_${name}`, value],
  ]);
  return {
    ...Object.fromEntries(both),
    [`NOMAD_ADDR_${name}`]: hostPort(ip, port),
    [`NOMAD_IP_${name}`]: ip,
    [`NOMAD_PORT_${name}`]: inside,
    [`NOMAD_HOST_PORT_${name}`]: String(port),
  };
}

/** Where the allocation itself is reached, in a network of its own. Under both names, as the others. */
function allocPort({ label, value, to }: TaskPort, { Address, InterfaceName }: AllocNetworkStatus) {
  const ADDR = hostPort(Address, to > 0 ? to : value);
  const variables = Object.entries({ ALLOC_INTERFACE: InterfaceName, ALLOC_IP: Address, ALLOC_ADDR: ADDR });
  return Object.fromEntries(
    [label, cleanName(label)].flatMap((name) => variables.map(([key, text]) => [`NOMAD_${key}_${name}`, text])),
  );
}

function sharedPorts(resources: AllocatedResources): TaskPort[] {
  const ports = resources.Shared.Ports;
  if (ports === null || ports.length === 0) return networkPorts(resources.Shared.Networks);
  return ports.map((port) => ({ label: port.Label, ip: port.HostIP, value: port.Value, to: port.To }));
}

function networkPorts(networks: NetworkResource[] | null): TaskPort[] {
  return (networks ?? []).flatMap((network) =>
    [...(network.ReservedPorts ?? []), ...(network.DynamicPorts ?? [])].map((port) => ({
      label: port.Label,
      ip: network.IP,
      value: port.Value,
      to: port.To,
    })),
  );
}

/** `ip:port`, an IPv6 address in brackets. */
export function hostPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
