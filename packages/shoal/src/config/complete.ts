import { resolve } from 'node:path';
import type { Diagnostic } from '@shoal/hcl';
import { dnsSettings } from '../dns/settings.ts';
import { type Machine, resolveAddresses } from './addresses/resolve-address.ts';
import { advertising } from './advertise.ts';
import type {
  AgentConfig,
  ClientConfig,
  DnsConfig,
  HttpConfig,
  LogConfig,
  LogLevel,
  ServerConfig,
} from './agent-config.ts';
import { DEFAULTS } from './defaults.ts';
import { listening } from './listeners.ts';
import type { Merged } from './merge.ts';
import { problemAt } from './problem.ts';
import type { Settings } from './settings.ts';
import { wholeChecks } from './whole-checks.ts';

/** The machine, as far as a configuration depends on it. */
export type Surroundings = Machine & {
  readonly hostname: string;
  /** Folder that a relative data folder starts from. */
  readonly cwd: string;
};

export type Completed = { readonly config: AgentConfig; readonly diagnostics: readonly Diagnostic[] };

/** Fills in defaults and checks what only the whole can tell. The config is usable when no diagnostic is an error. */
export function complete(merged: Merged, around: Surroundings, files: readonly string[]): Completed {
  const { values } = merged;
  const dev = values.dev ?? false;
  const edge = { enabled: values['edge.enabled'] ?? dev, plane: values['edge.plane'] ?? DEFAULTS.edgePlane };
  const server = values['server.enabled'] ?? dev;
  const where = listening(merged, around, { dev, edge: edge.enabled, server });
  const told = advertising(merged, around, where, dev);
  const level = logLevel(merged);
  const config: AgentConfig = {
    dev,
    region: values.region ?? DEFAULTS.region,
    datacenter: values.datacenter ?? DEFAULTS.datacenter,
    nodeName: values.nodeName ?? around.hostname.split('.')[0] ?? around.hostname,
    nodeId: values.nodeId,
    nodeMeta: values.nodeMeta ?? {},
    taggedAddresses: values.taggedAddresses ?? {},
    dataDir: values.dataDir === undefined ? undefined : resolve(around.cwd, values.dataDir),
    log: { ...logConfig(values), level: level.value },
    server: serverConfig(values, dev),
    client: clientConfig(values, dev, around),
    plugins: values.plugins ?? {},
    rawExec: { enabled: rawExecEnabled(values, dev) },
    join: joinConfig(values, around),
    tls: { files: tlsFiles(values, around) },
    remoteDatacenters: remoteDatacenters(values, around),
    dns: dnsConfig(values, around),
    edge,
    http: httpConfig(values),
    ports: where.ports,
    listen: where.listen,
    pending: where.pending,
    advertise: told.advertise,
    watches: values.watches ?? [],
    services: values.services ?? [],
    checks: values.checks ?? [],
    telemetry: { prometheusRetention: values['telemetry.prometheusRetention'] ?? false },
    ui: values.ui ?? true,
    leaveOnTerminate: values.leaveOnTerminate ?? dev,
    leaveOnInterrupt: values.leaveOnInterrupt ?? dev,
    scriptChecks: values.scriptChecks ?? false,
    enableDebug: values.enableDebug ?? false,
    checkOutputMaxSize: values.discardCheckOutput ? 0 : (values.checkOutputMaxSize ?? 4096),
    sessionTtlMinMs: values.sessionTtlMinMs ?? DEFAULTS.sessionTtlMinMs,
    localScriptChecks: (values.localScriptChecks || values.scriptChecks) ?? false,
    files,
  };
  const checks = [...where.diagnostics, ...told.diagnostics, ...level.diagnostics, ...wholeChecks(config, merged)];
  return { config, diagnostics: checks };
}

function logConfig(values: Partial<Settings>): Omit<LogConfig, 'level'> {
  return { json: values['log.json'], file: values['log.file'] };
}

const LEVELS: Readonly<Record<string, LogLevel>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  err: 'error',
  error: 'error',
};

function logLevel(merged: Merged): { value: LogLevel; diagnostics: Diagnostic[] } {
  const given = merged.values['log.level'];
  const value = LEVELS[(given ?? DEFAULTS.logLevel).toLowerCase()];
  if (value !== undefined) return { value, diagnostics: [] };
  const problem = problemAt(
    merged,
    'log.level',
    `Unknown log level "${given}"`,
    'There are trace, debug, info, warn and error.',
  );
  return { value: DEFAULTS.logLevel, diagnostics: [problem] };
}

function serverConfig(values: Partial<Settings>, dev: boolean): ServerConfig {
  const { server } = DEFAULTS;
  return {
    enabled: values['server.enabled'] ?? dev,
    // 0 means "not told" in the peers' files.
    bootstrapExpect: values['server.bootstrapExpect'] || server.bootstrapExpect,
    oidcIssuer: values['server.oidcIssuer'] ?? server.oidcIssuer,
    heartbeatGraceMs: values['server.heartbeatGraceMs'] ?? server.heartbeatGraceMs,
    minHeartbeatTtlMs: values['server.minHeartbeatTtlMs'] ?? server.minHeartbeatTtlMs,
    maxHeartbeatsPerSecond: values['server.maxHeartbeatsPerSecond'] ?? server.maxHeartbeatsPerSecond,
    nodeGcThresholdMs: values['server.nodeGcThresholdMs'] ?? server.nodeGcThresholdMs,
    jobGcThresholdMs: values['server.jobGcThresholdMs'] ?? server.jobGcThresholdMs,
    evalGcThresholdMs: values['server.evalGcThresholdMs'] ?? server.evalGcThresholdMs,
    deploymentGcThresholdMs: values['server.deploymentGcThresholdMs'] ?? server.deploymentGcThresholdMs,
    jobGcIntervalMs: values['server.jobGcIntervalMs'] ?? server.jobGcIntervalMs,
    scheduler: {
      algorithm: values['server.scheduler.algorithm'],
      memoryOversubscription: values['server.scheduler.memoryOversubscription'],
      rejectJobRegistration: values['server.scheduler.rejectJobRegistration'],
      pauseEvalBroker: values['server.scheduler.pauseEvalBroker'],
      preemption: {
        system: values['server.scheduler.preemption.system'],
        sysbatch: values['server.scheduler.preemption.sysbatch'],
        batch: values['server.scheduler.preemption.batch'],
        service: values['server.scheduler.preemption.service'],
      },
    },
    jobTrackedVersions: values['server.jobTrackedVersions'] ?? server.jobTrackedVersions,
    search: {
      fuzzy: values['server.search.fuzzy'] ?? true,
      limit: values['server.search.limit'] ?? server.searchLimit,
      minLength: values['server.search.minLength'] ?? server.searchMinLength,
    },
  };
}

function clientConfig(values: Partial<Settings>, dev: boolean, { cwd }: Surroundings): ClientConfig {
  const { client } = DEFAULTS;
  return {
    enabled: values['client.enabled'] ?? dev,
    nodeClass: values['client.nodeClass'] ?? '',
    nodePool: values['client.nodePool'] || 'default',
    meta: values['client.meta'] ?? {},
    options: values['client.options'] ?? {},
    chrootEnv: values['client.chrootEnv'] ?? {},
    servers: values['client.servers'] ?? [],
    networkInterface: values['client.networkInterface'],
    cpuTotalCompute: values['client.cpuTotalCompute'] || undefined,
    memoryTotalMb: values['client.memoryTotalMb'] || undefined,
    reserved: {
      cpuMhz: values['client.reserved.cpuMhz'] ?? 0,
      memoryMb: values['client.reserved.memoryMb'] ?? 0,
      diskMb: values['client.reserved.diskMb'] ?? 0,
      ports: values['client.reserved.ports'] ?? '',
    },
    maxKillTimeoutMs: values['client.maxKillTimeoutMs'] ?? client.maxKillTimeoutMs,
    minDynamicPort: values['client.minDynamicPort'] ?? client.minDynamicPort,
    maxDynamicPort: values['client.maxDynamicPort'] ?? client.maxDynamicPort,
    allocDir: values['client.allocDir'] && resolve(cwd, values['client.allocDir']),
    diskTotalMb: values['client.diskTotalMb'] || undefined,
    diskFreeMb: values['client.diskFreeMb'] || undefined,
    networkSpeed: values['client.networkSpeed'] || undefined,
    preferredFamily: values['client.preferredFamily'],
    hostVolumes: values['client.hostVolumes'] ?? {},
    hostNetworks: values['client.hostNetworks'] ?? [],
    network: {
      cniPath: values['client.network.cniPath']?.split(':').filter((path) => path !== '') ?? client.network.cniPath,
      cniConfigDir: values['client.network.cniConfigDir'] ?? client.network.cniConfigDir,
      bridgeName: values['client.network.bridgeName'] || client.network.bridgeName,
      bridgeSubnet: values['client.network.bridgeSubnet'] || client.network.bridgeSubnet,
      bridgeSubnetIpv6: values['client.network.bridgeSubnetIpv6'] || undefined,
      hairpin: values['client.network.hairpin'] ?? false,
      bindWildcard: values['client.network.bindWildcard'] ?? true,
    },
    disableRemoteExec: values['client.disableRemoteExec'] ?? false,
    artifact: {
      readTimeoutMs: values['client.artifact.readTimeoutMs'] ?? client.artifact.readTimeoutMs,
      gitTimeoutMs: values['client.artifact.gitTimeoutMs'] ?? client.artifact.gitTimeoutMs,
      maxBytes: values['client.artifact.maxBytes'] ?? client.artifact.maxBytes,
      maxUnpackedBytes: values['client.artifact.maxUnpackedBytes'] ?? client.artifact.maxUnpackedBytes,
      maxFiles: values['client.artifact.maxFiles'] ?? client.artifact.maxFiles,
    },
    templateFunctionDenylist: values['client.templateFunctionDenylist'] ?? client.templateFunctionDenylist,
    templateDisableFileSandbox: values['client.templateDisableFileSandbox'] ?? false,
  };
}

/** Asked for by its plug-in block, by the old client option, by Shoal's own key, or by `-dev`. */
function rawExecEnabled(values: Partial<Settings>, dev: boolean): boolean {
  const plugin = values.plugins?.['raw_exec']?.config['enabled'];
  const option = values['client.options']?.['driver.raw_exec.enable'];
  const asked = [plugin, option].find((value) => value !== undefined);
  if (values['rawExec.enabled'] !== undefined) return values['rawExec.enabled'];
  return asked === undefined ? dev : ['true', '1'].includes(String(asked).toLowerCase());
}

function joinConfig(values: Partial<Settings>, { cwd }: Surroundings): AgentConfig['join'] {
  return {
    token: values['join.token'],
    tokenFile: values['join.tokenFile'] && resolve(cwd, values['join.tokenFile']),
    addresses: (values['join.addresses'] ?? []).filter((address) => address !== ''),
  };
}

/** Undefined, too, when one is missing: wholeChecks says so. */
function tlsFiles(values: Partial<Settings>, { cwd }: Surroundings): AgentConfig['tls']['files'] {
  const [ca, cert, key] = [values['tls.caFile'], values['tls.certFile'], values['tls.keyFile']];
  if (!ca || !cert || !key) return undefined;
  return { caFile: resolve(cwd, ca), certFile: resolve(cwd, cert), keyFile: resolve(cwd, key) };
}

function remoteDatacenters(values: Partial<Settings>, { cwd }: Surroundings): AgentConfig['remoteDatacenters'] {
  const path = (file: string | undefined) => (file === undefined ? undefined : resolve(cwd, file));
  const named = Object.entries(values.remoteDatacenters ?? {}).map(([name, { tls, ...rest }]) => {
    const files = { caFile: path(tls.caFile), certFile: path(tls.certFile), keyFile: path(tls.keyFile) };
    return [name.toLowerCase(), { ...rest, tls: { ...tls, ...files } }] as const;
  });
  return Object.fromEntries(named);
}

/** Recursors may be templates, as with Consul; one that comes to nothing stays as it is, and dnsChecks says so. */
function recursors(given: readonly string[], machine: Machine): string[] {
  return given.flatMap((text) => {
    const found = text.includes('{{') ? resolveAddresses(text, machine).addresses : [];
    return found.length > 0 ? found : [text];
  });
}

function dnsConfig(values: Partial<Settings>, around: Surroundings): DnsConfig {
  const base = dnsSettings();
  const given = {
    domain: values['dns.domain'] ?? base.domain,
    altDomains: values['dns.altDomains'] ?? base.altDomains,
    recursors: recursors(values['dns.recursors'] ?? base.recursors, around),
    nodeTtl: values['dns.nodeTtl'] ?? base.nodeTtl,
    serviceTtl: values['dns.serviceTtl'] ?? base.serviceTtl,
    udpAnswerLimit: values['dns.udpAnswerLimit'] ?? base.udpAnswerLimit,
    aRecordLimit: values['dns.aRecordLimit'] ?? base.aRecordLimit,
    enableTruncate: values['dns.enableTruncate'] ?? base.enableTruncate,
    onlyPassing: values['dns.onlyPassing'] ?? base.onlyPassing,
    nodeMetaTxt: values['dns.nodeMetaTxt'] ?? base.nodeMetaTxt,
    recursorTimeoutMs: values['dns.recursorTimeoutMs'] ?? base.recursorTimeoutMs,
    recursorStrategy: values['dns.recursorStrategy'] ?? base.recursorStrategy,
    compression: values['dns.compression'] ?? base.compression,
    cacheSize: values['dns.cacheSize'] ?? base.cacheSize,
    maxUdpBytes: values['dns.maxUdpBytes'] ?? base.maxUdpBytes,
    rateLimit: values['dns.rateLimit'] ?? base.rateLimit,
    fallthrough: values['dns.fallthrough'] ?? base.fallthrough,
    soa: {
      refresh: values['dns.soa.refresh'] ?? base.soa.refresh,
      retry: values['dns.soa.retry'] ?? base.soa.retry,
      expire: values['dns.soa.expire'] ?? base.soa.expire,
      minTtl: values['dns.soa.minTtl'] ?? base.soa.minTtl,
    },
  };
  return { ...dnsSettings(given), ports: values['dns.ports'] ?? [] };
}

function httpConfig(values: Partial<Settings>): HttpConfig {
  const { http } = DEFAULTS;
  return {
    responseHeaders: values['http.responseHeaders'] ?? {},
    allowedHosts: values['http.allowedHosts'] ?? [],
    agentVersion: values['http.agentVersion'] ?? false,
    kvMaxValueSize: values['http.kvMaxValueSize'] ?? http.kvMaxValueSize,
    txnMaxRequestSize: values['http.txnMaxRequestSize'] ?? http.txnMaxRequestSize,
    blockEndpoints: values['http.blockEndpoints'] ?? [],
    allowWriteFrom: values['http.allowWriteFrom'] ?? [],
    maxHeaderBytes: values['http.maxHeaderBytes'] || undefined,
    maxQueryTimeMs: values['http.maxQueryTimeMs'] ?? http.maxQueryTimeMs,
    defaultQueryTimeMs: values['http.defaultQueryTimeMs'] ?? http.defaultQueryTimeMs,
  };
}
