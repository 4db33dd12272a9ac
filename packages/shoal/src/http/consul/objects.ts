import type { CatalogNode } from '@shoal/api';
import type { FiredEvent } from '../../catalog/events/fire.ts';
import type { Instance } from '../../catalog/health.ts';
import type { GatewayLink } from '../../catalog/mesh/links.ts';
import { withAddressFamilies } from '../../catalog/registration.ts';
import type { RegisteredCheck, ServiceDefinition } from '../../catalog/registry/definitions.ts';
import type { CatalogCheckRow, CatalogNodeRow, CatalogServiceRow, KvRow, ServiceProxy } from '../../state/rows.ts';
import type { ConsulFacts, Member } from './deps.ts';

/** Consul's API objects, each composed here and nowhere else. Where Consul prints `null` for an empty map in one object and `{}` in another, so do we. */

/** Two fields are always there, also of services that are no proxies. */
function proxyObject(proxy: ServiceProxy | undefined) {
  return { MeshGateway: {}, Expose: {}, ...proxyFields(proxy) };
}

function proxyFields(proxy: ServiceProxy | undefined) {
  if (!proxy) return {};
  const { DestinationServiceName, ...rest } = proxy;
  return DestinationServiceName === '' ? rest : proxy;
}

function connectObject(native: boolean | undefined) {
  return native ? { Native: true } : {};
}

export function nodeObject(row: CatalogNodeRow): CatalogNode {
  const { ID, Node, Address, Datacenter, TaggedAddresses, Meta, CreateIndex, ModifyIndex } = row;
  return { ID, Node, Address, Datacenter, TaggedAddresses, Meta, CreateIndex, ModifyIndex };
}

/** A service as health and node answers have it. */
export function serviceObject(row: CatalogServiceRow) {
  return {
    ...(row.ServiceKind !== '' && { Kind: row.ServiceKind }),
    ID: row.ServiceID,
    Service: row.ServiceName,
    Tags: row.ServiceTags,
    Address: row.ServiceAddress,
    ...(row.ServiceTaggedAddresses && { TaggedAddresses: row.ServiceTaggedAddresses }),
    Meta: Object.keys(row.ServiceMeta).length > 0 ? row.ServiceMeta : null,
    Port: row.ServicePort,
    Weights: row.ServiceWeights,
    EnableTagOverride: row.ServiceEnableTagOverride,
    ...(row.ServiceSocketPath !== undefined && { SocketPath: row.ServiceSocketPath }),
    Proxy: proxyObject(row.ServiceProxy),
    Connect: connectObject(row.ServiceNative),
    CreateIndex: row.CreateIndex,
    ModifyIndex: row.ModifyIndex,
  };
}

/** An instance as `catalog/service` lists it: node and service in one object. */
export function catalogServiceObject({ node, service }: Omit<Instance, 'checks'>) {
  return {
    ID: node.ID,
    Node: node.Node,
    Address: node.Address,
    Datacenter: node.Datacenter,
    TaggedAddresses: node.TaggedAddresses,
    NodeMeta: node.Meta,
    ServiceKind: service.ServiceKind,
    ServiceID: service.ServiceID,
    ServiceName: service.ServiceName,
    ServiceTags: service.ServiceTags,
    ServiceAddress: service.ServiceAddress,
    ...(service.ServiceTaggedAddresses && { ServiceTaggedAddresses: service.ServiceTaggedAddresses }),
    ServiceWeights: service.ServiceWeights,
    ServiceMeta: service.ServiceMeta,
    ServicePort: service.ServicePort,
    ServiceEnableTagOverride: service.ServiceEnableTagOverride,
    ...(service.ServiceSocketPath !== undefined && { ServiceSocketPath: service.ServiceSocketPath }),
    ServiceProxy: proxyObject(service.ServiceProxy),
    ServiceConnect: connectObject(service.ServiceNative),
    CreateIndex: service.CreateIndex,
    ModifyIndex: service.ModifyIndex,
  };
}

export function checkObject(row: CatalogCheckRow) {
  return {
    Node: row.Node,
    CheckID: row.CheckID,
    Name: row.Name,
    Status: row.Status,
    Notes: row.Notes,
    Output: row.Output,
    ServiceID: row.ServiceID,
    ServiceName: row.ServiceName,
    ServiceTags: row.ServiceTags,
    Type: row.Type,
    Definition: row.Definition,
    CreateIndex: row.CreateIndex,
    ModifyIndex: row.ModifyIndex,
  };
}

export function serviceEntryObject({ node, service, checks }: Instance) {
  return { Node: nodeObject(node), Service: serviceObject(service), Checks: checks.map(checkObject) };
}

/** A service of this agent's registry. */
export function agentServiceObject(service: ServiceDefinition) {
  const tagged = withAddressFamilies(service.taggedAddresses, service.address, service.port);
  return {
    ...(service.kind !== '' && { Kind: service.kind }),
    ID: service.id,
    Service: service.name,
    Tags: service.tags,
    Meta: service.meta,
    Port: service.port,
    Address: service.address,
    ...(Object.keys(tagged).length > 0 && { TaggedAddresses: tagged }),
    Weights: service.weights,
    EnableTagOverride: service.enableTagOverride,
    ...(service.socketPath !== undefined && { SocketPath: service.socketPath }),
    ...(service.proxy && { Proxy: proxyObject(service.proxy) }),
    ...(service.native && { Connect: connectObject(service.native) }),
  };
}

export function agentCheckObject(node: string, check: RegisteredCheck, service: ServiceDefinition | undefined) {
  const { definition, status, output } = check;
  return {
    Node: node,
    CheckID: definition.id,
    Name: definition.name,
    Status: status,
    Notes: definition.notes,
    Output: output,
    ServiceID: definition.serviceId,
    ServiceName: service?.name ?? '',
    ServiceTags: service?.tags ?? [],
    Type: definition.run.kind,
    Definition: {},
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

/** The definition that `agent/health` prints for every check. */
const EMPTY_DEFINITION = {
  Interval: '0s',
  Timeout: '0s',
  DeregisterCriticalServiceAfter: '0s',
  HTTP: '',
  Header: null,
  Method: '',
  Body: '',
  TLSSkipVerify: false,
  TCP: '',
};

/** A check as `agent/health/service` has it. */
export function agentHealthCheckObject(node: string, check: RegisteredCheck, service: ServiceDefinition | undefined) {
  const object = agentCheckObject(node, check, service);
  const ServiceTags = object.ServiceTags.length > 0 ? object.ServiceTags : null;
  return { ...object, ServiceTags, Type: '', Definition: EMPTY_DEFINITION };
}

export function kvObject(row: KvRow) {
  const flags = Number(row.Flags);
  return {
    LockIndex: row.LockIndex,
    Key: row.Key,
    Flags: Number.isSafeInteger(flags) ? flags : BigInt(row.Flags),
    Value: row.Value,
    ...(row.Session !== undefined && { Session: row.Session }),
    CreateIndex: row.CreateIndex,
    ModifyIndex: row.ModifyIndex,
  };
}

export function eventObject({ ID, Name, Payload, NodeFilter, ServiceFilter, TagFilter, LTime }: FiredEvent) {
  return { ID, Name, Payload, NodeFilter, ServiceFilter, TagFilter, Version: 1, LTime };
}

/** Versions of the protocol as Consul's clients expect them: its `members` shows `vsn`. */
const PROTOCOL = { vsn: '2', vsn_min: '2', vsn_max: '3' };

/** Serf's numbers. */
const STATUS: Record<Member['status'], number> = { alive: 1, leaving: 2, left: 3, failed: 4 };

export function memberObject(facts: Pick<ConsulFacts, 'datacenter' | 'version'>, member: Member) {
  return {
    Name: member.name,
    Addr: member.address,
    Port: member.port,
    Tags: {
      build: facts.version,
      dc: facts.datacenter,
      id: member.id,
      role: member.role === 'server' ? 'consul' : 'node',
      segment: '',
      acls: '0',
      ...PROTOCOL,
      ...(member.role === 'server' && { port: String(member.port), raft_vsn: '3' }),
    },
    Status: STATUS[member.status],
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
  };
}

/** That a gateway leads to a service. */
export function gatewayServiceObject(link: GatewayLink) {
  const { gateway, service, kind, listener, tls = {}, fromWildcard, CreateIndex, ModifyIndex } = link;
  return {
    Gateway: { Name: gateway },
    Service: { Name: service },
    GatewayKind: kind,
    ...(listener && { Port: listener.Port, Protocol: listener.Protocol }),
    ...(listener && listener.Hosts.length > 0 && { Hosts: listener.Hosts }),
    ...Object.fromEntries(Object.entries(tls).filter(([, file]) => file !== '')),
    ...(fromWildcard && { FromWildcard: true }),
    CreateIndex,
    ModifyIndex,
  };
}
