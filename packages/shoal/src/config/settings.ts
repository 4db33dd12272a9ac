import type { Range } from '@shoal/hcl';
import type { HostNetwork, HostVolume, PluginConfig, Watch } from './agent-config.ts';
import type { Dialect } from './dialects/dialect.ts';

/**
 * Everything that a file or flag can set, by a flat name. A file of any dialect becomes a list of these; merging is going
 * through the list. `bind.*` is what a general setting (`bind_addr`, `client_addr`) says of a listener, `addresses.*`
 * what is said of it alone.
 */
export type Settings = {
  dev: boolean;
  region: string;
  datacenter: string;
  nodeName: string;
  nodeId: string;
  nodeMeta: Record<string, string>;
  dataDir: string;
  'log.level': string;
  'log.json': boolean;
  'log.file': string;
  'server.enabled': boolean;
  'server.bootstrapExpect': number;
  'server.heartbeatGraceMs': number;
  'server.minHeartbeatTtlMs': number;
  'server.maxHeartbeatsPerSecond': number;
  'server.nodeGcThresholdMs': number;
  'server.jobGcThresholdMs': number;
  'server.evalGcThresholdMs': number;
  'server.deploymentGcThresholdMs': number;
  'server.jobGcIntervalMs': number;
  'server.schedulerConfig': Record<string, unknown>;
  'client.enabled': boolean;
  'client.nodeClass': string;
  'client.meta': Record<string, string>;
  'client.options': Record<string, string>;
  'client.servers': readonly string[];
  'client.networkInterface': string;
  'client.cpuTotalCompute': number;
  'client.memoryTotalMb': number;
  'client.reserved.cpuMhz': number;
  'client.reserved.memoryMb': number;
  'client.reserved.diskMb': number;
  'client.reserved.ports': string;
  'client.maxKillTimeoutMs': number;
  'client.minDynamicPort': number;
  'client.maxDynamicPort': number;
  'client.allocDir': string;
  'client.stateDir': string;
  'client.hostVolumes': Record<string, HostVolume>;
  'client.hostNetworks': Record<string, HostNetwork>;
  'client.gcIntervalMs': number;
  'client.gcMaxAllocs': number;
  'client.gcDiskUsageThreshold': number;
  'client.disableRemoteExec': boolean;
  'client.templateFunctionDenylist': readonly string[];
  'client.templateDisableFileSandbox': boolean;
  plugins: Record<string, PluginConfig>;
  'rawExec.enabled': boolean;
  'join.addresses': readonly string[];
  'join.retryIntervalMs': number;
  'join.retryMax': number;
  'dns.domain': string;
  'dns.altDomain': string;
  'dns.recursors': readonly string[];
  'dns.fallthrough': boolean;
  'dns.nodeTtl': number;
  'dns.serviceTtl': Record<string, number>;
  'dns.udpAnswerLimit': number;
  'dns.aRecordLimit': number;
  'dns.enableTruncate': boolean;
  'dns.onlyPassing': boolean;
  'dns.nodeMetaTxt': boolean;
  'dns.recursorTimeoutMs': number;
  'dns.soa.refresh': number;
  'dns.soa.retry': number;
  'dns.soa.expire': number;
  'dns.soa.minTtl': number;
  'edge.enabled': boolean;
  'edge.plane': string;
  'http.responseHeaders': Record<string, string>;
  'http.allowedHosts': readonly string[];
  'http.kvMaxValueSize': number;
  'http.txnMaxRequestSize': number;
  'http.maxQueryTimeMs': number;
  'http.defaultQueryTimeMs': number;
  'ports.http': number;
  'ports.consulHttp': number;
  'ports.dns': number;
  'ports.rpc': number;
  'ports.edgeHttp': number;
  'ports.edgeHttps': number;
  'bind.http': string;
  'bind.consulHttp': string;
  'bind.dns': string;
  'bind.rpc': string;
  'addresses.http': string;
  'addresses.consulHttp': string;
  'addresses.dns': string;
  'addresses.rpc': string;
  'addresses.edge': string;
  'advertise.address': string;
  'advertise.http': string;
  'advertise.rpc': string;
  watches: readonly Watch[];
  services: readonly Record<string, unknown>[];
  checks: readonly Record<string, unknown>[];
  'telemetry.prometheusMetrics': boolean;
  'telemetry.publishAllocationMetrics': boolean;
  'telemetry.publishNodeMetrics': boolean;
  'telemetry.collectionIntervalMs': number;
  ui: boolean;
  leaveOnTerminate: boolean;
  leaveOnInterrupt: boolean;
};

export type SettingName = keyof Settings;

/** One thing that is set. `key` is how it is written where it comes from: `client_addr`, `ports.http`, `-bind`. */
export type Setting<N extends SettingName = SettingName> = {
  readonly [K in N]: {
    readonly name: K;
    readonly value: Settings[K];
    readonly key: string;
    readonly from: Dialect | 'flag';
    readonly range?: Range | undefined;
  };
}[N];
