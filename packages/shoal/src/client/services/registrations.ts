import type { Allocation, Service, ServiceAddress, Task, TaskGroup } from '@shoal/api';
import { interpolate, interpolateMap, type Variables } from '../env/interpolate.ts';
import type { ServiceRegistration } from '../registrar.ts';
import { type InsideAddress, resolveAddress } from './address.ts';
import { checkRegistration } from './checks.ts';
import { routeTag } from './route-tag.ts';

/** What every instance's id begins with that a client registers, as with Nomad. */
export const SERVICE_ID_PREFIX = '_nomad-task-';

/** How long a task's end waits for the catalog to know. A server that is away must not keep tasks from stopping. */
export const DEREGISTER_TIMEOUT_MS = 2_000;

/** The allocation that a service instance belongs to; undefined for an id that no client made. */
export function allocationOfService(serviceId: string): string | undefined {
  if (!serviceId.startsWith(SERVICE_ID_PREFIX)) return undefined;
  return serviceId.slice(SERVICE_ID_PREFIX.length, SERVICE_ID_PREFIX.length + 36);
}

/** The services of a task's block; `inside` is where its driver has it. Throws `ServiceAddressError` if one names a port that is not there. */
export function taskServiceRegistrations(
  allocation: Allocation,
  task: Task,
  variables: Variables,
  inside?: InsideAddress,
): ServiceRegistration[] {
  const owner = { idPart: task.Name, task: task.Name, inside };
  return (task.Services ?? []).map((service) => registration({ allocation, service, owner, variables }));
}

/** The services of the group's block. Throws as above. */
export function groupServiceRegistrations(
  allocation: Allocation,
  group: TaskGroup,
  variables: Variables,
): ServiceRegistration[] {
  const owner = { idPart: `group-${group.Name}`, task: '' };
  return (group.Services ?? []).map((service) => registration({ allocation, service, owner, variables }));
}

/** The id of an instance of a task's service, `_nomad-task-<allocation>-<task>-<service>-<port label>`. */
export function taskServiceId(allocation: Allocation, task: Task, service: Service, variables: Variables): string {
  return instanceId(allocation, task.Name, service, variables);
}

/** The same of a group's: `group-<group>` stands for the task. */
export function groupServiceId(
  allocation: Allocation,
  group: TaskGroup,
  service: Service,
  variables: Variables,
): string {
  return instanceId(allocation, `group-${group.Name}`, service, variables);
}

function instanceId(allocation: Allocation, owner: string, service: Service, variables: Variables): string {
  const name = interpolate(service.Name, variables);
  return `${SERVICE_ID_PREFIX}${allocation.ID}-${owner}-${name}-${service.PortLabel}`;
}

type Input = {
  allocation: Allocation;
  service: Service;
  owner: { idPart: string; task: string; inside?: InsideAddress | undefined };
  variables: Variables;
};

function registration({ allocation, service, owner, variables }: Input): ServiceRegistration {
  const name = interpolate(service.Name, variables);
  const portLabel = interpolate(service.PortLabel, variables);
  const address = { allocation, task: owner.task, inside: owner.inside, subject: `service "${name}"` };
  const { ip, port } = resolveAddress({ ...address, portLabel, mode: service.AddressMode });
  const id = instanceId(allocation, owner.idPart, service, variables);
  const checks = (service.Checks ?? []).map((check) =>
    checkRegistration({ check, service, serviceId: id, serviceName: name, address, variables }),
  );
  return {
    id,
    name,
    ...labels(allocation, service, variables),
    address: interpolate(service.Address ?? '', variables) || ip,
    port,
    enableTagOverride: service.EnableTagOverride,
    weights: service.Weights ?? { Passing: 1, Warning: 1 },
    taggedAddresses: taggedAddresses(service, port, variables),
    ...(service.Provider === 'nomad' && { nomadAllocId: allocation.ID }),
    checks: checks.filter((check) => check !== undefined),
  };
}

function taggedAddresses(service: Service, port: number, variables: Variables): ServiceRegistration['taggedAddresses'] {
  return Object.fromEntries(
    Object.entries(interpolateMap(service.TaggedAddresses ?? null, variables)).map(([name, written]) => [
      name,
      addressAndPort(written, port),
    ]),
  );
}

/** `host`, `host:port`, `[ip6]:port` or an address of IPv6 alone; the service's port unless it has one of its own. */
function addressAndPort(written: string, port: number): ServiceAddress {
  const [, bracketed, host, own] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(written) ?? [];
  return { Address: bracketed ?? host ?? written, Port: own === undefined ? port : Number(own) };
}

// A canary that has tags of its own takes none of the usual ones, and so none of the usual traffic: its routes wait for the promotion too.
function labels(allocation: Allocation, service: Service, variables: Variables) {
  const canary = allocation.DeploymentStatus?.Canary === true;
  const apart = canary && (service.CanaryTags ?? []).length > 0;
  const tags = apart ? (service.CanaryTags ?? []) : [...(service.Tags ?? []), ...(service.Routes ?? []).map(routeTag)];
  const meta = canary && service.CanaryMeta !== null ? service.CanaryMeta : service.Meta;
  return {
    tags: tags.map((tag) => interpolate(tag, variables)),
    meta: { ...interpolateMap(meta, variables), 'external-source': 'nomad' },
  };
}
