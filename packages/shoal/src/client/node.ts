import type { Node } from '@shoal/api';
import { computedClass } from './computed-class.ts';
import type { Finding } from './fingerprints/fingerprint.ts';
import type { NodeConfig } from './node-config.ts';

export type NodeIdentity = { id: string; secret: string };

/** The node as it registers: what was found out, and what the operator says. */
export function composeNode(identity: NodeIdentity, config: NodeConfig, findings: readonly Finding[]): Node {
  const found = mergeFindings(findings);
  const node: Omit<Node, 'ComputedClass'> = {
    ID: identity.id,
    SecretID: identity.secret,
    Name: config.name,
    Datacenter: config.datacenter,
    NodePool: config.nodePool,
    NodeClass: config.nodeClass,
    HTTPAddr: config.httpAddr,
    TLSEnabled: config.tlsEnabled,
    Attributes: found.attributes ?? {},
    Meta: config.meta,
    Links: found.links ?? null,
    NodeResources: nodeResources(config, found),
    ReservedResources: {
      Cpu: { CpuShares: config.reserved.cpuMHz },
      Memory: { MemoryMB: config.reserved.memoryMB },
      Disk: { DiskMB: config.reserved.diskMB },
      Networks: { ReservedHostPorts: config.reserved.ports },
    },
    Drivers: found.drivers ?? {},
    HostVolumes: hostVolumes(config),
    CSIControllerPlugins: null,
    CSINodePlugins: null,
    Status: 'initializing',
    StatusDescription: '',
    StatusUpdatedAt: 0,
    SchedulingEligibility: 'eligible',
    Drain: false,
    DrainStrategy: null,
    Events: [],
    CreateIndex: 0,
    ModifyIndex: 0,
  };
  return { ...node, ComputedClass: computedClass(node) };
}

/** Later findings win; attributes are joined. */
export function mergeFindings(findings: readonly Finding[]): Finding {
  const attributes = Object.assign({}, ...findings.map((finding) => finding.attributes)) as Record<string, string>;
  return { ...(Object.assign({}, ...findings) as Finding), attributes };
}

function nodeResources(config: NodeConfig, found: Finding): Node['NodeResources'] {
  return {
    Cpu: { CpuShares: found.cpuMHz ?? 0, TotalCpuCores: found.cores ?? 1 },
    Memory: { MemoryMB: found.memoryMB ?? 0 },
    Disk: { DiskMB: found.diskMB ?? 0 },
    Networks: joined(found.networks, found.ownNetworks),
    NodeNetworks: joined(found.nodeNetworks, found.ownNodeNetworks),
    Devices: null,
    MinDynamicPort: config.minDynamicPort,
    MaxDynamicPort: config.maxDynamicPort,
  };
}

function joined<T>(host: T[] = [], own: T[] = []): T[] | null {
  return host.length + own.length > 0 ? [...host, ...own] : null;
}

function hostVolumes({ hostVolumes: volumes }: NodeConfig): Node['HostVolumes'] {
  const entries = Object.entries(volumes);
  if (entries.length === 0) return null;
  return Object.fromEntries(
    entries.map(([Name, { path, readOnly }]) => [Name, { Name, Path: path, ReadOnly: readOnly }]),
  );
}
