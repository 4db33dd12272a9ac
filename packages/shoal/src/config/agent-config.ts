import type { DnsSettings } from '../dns/settings.ts';
import type { RemoteSettings } from '../federation/settings.ts';
import type { PendingAddress } from './addresses/resolve-address.ts';

/** What the agent listens with. `dns` is UDP and TCP, the others are TCP. */
export type Listener = 'http' | 'consulHttp' | 'dns' | 'rpc' | 'edge';
export type PortName = 'http' | 'consulHttp' | 'dns' | 'rpc' | 'edgeHttp' | 'edgeHttps';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/**
 * All that an agent is told, from files and flags of any dialect, complete with defaults. A plain object: two of them
 * can be compared when the configuration is read again. Times are milliseconds where the name says so.
 */
export type AgentConfig = {
  /** All roles in one process, on loopback, with data that goes away; `-dev`. */
  dev: boolean;
  /** A group of datacenters with servers of its own. Default `global`. */
  region: string;
  /** The place of this agent: jobs choose by it, DNS names carry it. Default `dc1`. */
  datacenter: string;
  /** Name of the node, unique in its region, in DNS `NAME.node.DOMAIN`. Default: the hostname up to its first dot. */
  nodeName: string;
  /** Fixed id of the node (a UUID). Default: made once and kept in the data folder. */
  nodeId: string | undefined;
  /** Metadata of the node in the catalog, from Consul's `node_meta`. */
  nodeMeta: Record<string, string>;
  /** Addresses of the node in the catalog by their names, beside `lan` and `wan`, or instead of them. */
  taggedAddresses: Record<string, string>;
  /** Absolute folder of all state. Undefined only with `-dev`: the agent makes a temporary one and removes it at its end. */
  dataDir: string | undefined;
  log: LogConfig;
  server: ServerConfig;
  client: ClientConfig;
  /** Driver plug-ins by name, as `plugin "NAME" { config { … } }` gives them. */
  plugins: Record<string, PluginConfig>;
  /** The driver that runs commands without isolation: off unless it is asked for, as in Nomad. */
  rawExec: { enabled: boolean };
  join: JoinConfig;
  tls: TlsConfig;
  /** Other datacenters, by their names in lower case. */
  remoteDatacenters: Record<string, RemoteSettings>;
  dns: DnsConfig;
  edge: EdgeConfig;
  http: HttpConfig;
  /** Port of each listener; undefined turns it off, 0 takes any free one. */
  ports: Record<PortName, number | undefined>;
  /** Addresses to listen on now. Empty: the listener is off, or all its addresses are pending. */
  listen: Record<Listener, readonly string[]>;
  /** Parts of addresses that this machine does not have yet: resolve them again when interfaces change. */
  pending: readonly PendingListener[];
  /** Addresses that other agents and users are told. */
  advertise: AdvertiseConfig;
  /** Commands and URLs that are told of changes in the catalog. Run by the watch runner, in this order. */
  watches: readonly Watch[];
  /** Services and checks that Consul's `service`, `services`, `check` and `checks` define, as written there. */
  services: readonly Record<string, unknown>[];
  checks: readonly Record<string, unknown>[];
  telemetry: TelemetryConfig;
  /** Whether the web page is served. Default true. */
  ui: boolean;
  /** Whether SIGTERM leaves the cluster and stops the tasks. Default false, true with `-dev`. */
  leaveOnTerminate: boolean;
  /** Whether SIGINT leaves the cluster and stops the tasks. Default false, true with `-dev`. */
  leaveOnInterrupt: boolean;
  /** Whether checks that are registered over the API may run programs. Default false: it lets its users run anything. */
  scriptChecks: boolean;
  /** Whether those of the configuration's own files may; they always may when the others do. */
  localScriptChecks: boolean;
  /** Whether profiles of the agent are served. */
  enableDebug: boolean;
  /** Bytes of a check's output that are kept. Default 4096; 0 with `discard_check_output`. */
  checkOutputMaxSize: number;
  /** Least TTL of a session. Default 10 s. */
  sessionTtlMinMs: number;
  /** Files that were read, in order. */
  files: readonly string[];
};

export type LogConfig = {
  /** Least level that is written. Default `info`. */
  level: LogLevel;
  /** JSON lines. Undefined: only when the output is no terminal. */
  json: boolean | undefined;
  /** File that is written beside the output. */
  file: string | undefined;
};

/** The server role: scheduling and state. */
export type ServerConfig = {
  enabled: boolean;
  /** Servers to wait for before the first start. Default 1. */
  bootstrapExpect: number;
  /** The address under which others find the keys of tasks' tokens; '' is none. */
  oidcIssuer: string;
  /** Time that a client's heartbeat may be late. Default 10 s. */
  heartbeatGraceMs: number;
  /** Least time between a client's heartbeats. Default 10 s. */
  minHeartbeatTtlMs: number;
  /** Heartbeats per second that TTLs are stretched for. Default 50. */
  maxHeartbeatsPerSecond: number;
  /** How long things that are over are kept. */
  nodeGcThresholdMs: number;
  jobGcThresholdMs: number;
  evalGcThresholdMs: number;
  deploymentGcThresholdMs: number;
  /** Time between two garbage collections. Default 5 min. */
  jobGcIntervalMs: number;
  /** What the cluster's scheduler goes by until somebody sets it; what is undefined is as usual. */
  scheduler: SchedulerDefaults;
  /** Versions that are kept of a job. Default 6. */
  jobTrackedVersions: number;
  /** Fuzzy searches: whether they are served, how many matches of a kind are given, and how short a text may be. Default 20, and 2 letters. */
  search: { fuzzy: boolean; limit: number; minLength: number };
};

export type SchedulerDefaults = {
  algorithm: 'binpack' | 'spread' | undefined;
  memoryOversubscription: boolean | undefined;
  rejectJobRegistration: boolean | undefined;
  pauseEvalBroker: boolean | undefined;
  preemption: Record<'system' | 'sysbatch' | 'batch' | 'service', boolean | undefined>;
};

/** The client role: runs allocations. */
export type ClientConfig = {
  enabled: boolean;
  /** Groups nodes for constraints (`${node.class}`). Default empty. */
  nodeClass: string;
  /** The pool that jobs choose with `node_pool`. Default `default`. */
  nodePool: string;
  /** Node metadata for constraints (`${meta.KEY}`). */
  meta: Record<string, string>;
  /** Internal options, as `driver.allowlist`. */
  options: Record<string, string>;
  /** Paths of this machine that tasks of the exec driver see, and where; empty for the usual ones. */
  chrootEnv: Record<string, string>;
  /** Addresses of servers, with or without port. */
  servers: readonly string[];
  /** Interface whose address tasks get. Default: the one of the default route. */
  networkInterface: string | undefined;
  /** Overrides what was measured: MHz over all cores, MB. */
  cpuTotalCompute: number | undefined;
  memoryTotalMb: number | undefined;
  /** What tasks may not have. Ports are those of Nomad's `reserved_ports` (`22,80,8500-8600`). */
  reserved: { cpuMhz: number; memoryMb: number; diskMb: number; ports: string };
  /** Longest `kill_timeout` that a task may ask for. Default 30 s. */
  maxKillTimeoutMs: number;
  /** Range of dynamic ports. Default 20000 to 32000. */
  minDynamicPort: number;
  maxDynamicPort: number;
  /** Absolute folder of allocations. Default `alloc` in the data folder. */
  allocDir: string | undefined;
  /** Override what was measured: MB, Mbit/s. */
  diskTotalMb: number | undefined;
  diskFreeMb: number | undefined;
  networkSpeed: number | undefined;
  /** Of the interface's addresses the one that tasks get. Default: an IPv4 address, if there is one. */
  preferredFamily: 'ipv4' | 'ipv6' | undefined;
  /** Folders of this machine that jobs may mount, by name. */
  hostVolumes: Record<string, HostVolume>;
  /** Networks that ports may be chosen on. Several of one name are one network. */
  hostNetworks: readonly HostNetwork[];
  /** How allocations get networks of their own. */
  network: ClientNetworkConfig;
  /** Whether `exec` into allocations is refused. Default false. */
  disableRemoteExec: boolean;
  /** What fetching an artifact may cost. Defaults: half an hour, 100 GB, 4096 files in an archive. */
  artifact: {
    readTimeoutMs: number;
    gitTimeoutMs: number;
    maxBytes: number;
    maxUnpackedBytes: number;
    maxFiles: number;
  };
  /** Template functions that jobs may not use. Default `plugin`. */
  templateFunctionDenylist: readonly string[];
  /** Whether templates may read any file of the machine. Default false. */
  templateDisableFileSandbox: boolean;
};

export type ClientNetworkConfig = {
  /** Folders with CNI plugins, the first one that has a plugin counts. Default `/opt/cni/bin` and Debian's `/usr/lib/cni`. */
  cniPath: readonly string[];
  /** Where the network configurations of `mode = "cni/NAME"` are. Default `/opt/cni/config`. */
  cniConfigDir: string;
  /** The bridge of `mode = "bridge"`, and its networks. Default `nomad`, `172.26.64.0/20`, and no IPv6. */
  bridgeName: string;
  bridgeSubnet: string;
  bridgeSubnetIpv6: string | undefined;
  /** Whether an allocation reaches itself by its own host ports. Default false. */
  hairpin: boolean;
  /** Whether mapped ports that name no host network are reached on every address of this machine. Default true. */
  bindWildcard: boolean;
};

export type HostVolume = { path: string; readOnly: boolean };
/** All addresses of this machine in `cidr`, on `interface`; either may be left out. Ports as `22,80,8500-8600`. */
export type HostNetwork = {
  name: string;
  cidr: string | undefined;
  interface: string | undefined;
  reservedPorts: string;
};
export type PluginConfig = { config: Record<string, unknown>; args: readonly string[] };

/** How this agent finds the others. */
export type JoinConfig = {
  /** Addresses, names, or cloud discovery strings (`provider=…`). */
  addresses: readonly string[];
  /** What a server has printed for this agent to join with (`shoal server token`), or a file with it. Needed at the first start only. */
  token: string | undefined;
  tokenFile: string | undefined;
};

/** Certificates for the agents' port that the user brings. Default: the cluster makes its own. */
export type TlsConfig = {
  /** Absolute paths of PEM files: all three or none. */
  files: TlsFiles | undefined;
};

export type TlsFiles = { caFile: string; certFile: string; keyFile: string };

export type DnsConfig = DnsSettings & {
  /** Ports that DNS is served on beside `ports.dns`, on the same addresses. Default none. */
  ports: readonly number[];
};

export type EdgeConfig = {
  /** Default: on with `-dev` or an `edge` block, else off. */
  enabled: boolean;
  /** What carries the traffic. Default `embedded`. */
  plane: string;
};

export type HttpConfig = {
  /** Headers of every answer of the APIs. */
  responseHeaders: Record<string, string>;
  /** Names beside localhost and addresses by which the APIs may be called (`Host`). */
  allowedHosts: readonly string[];
  /** Whether Consul's API has `/v1/agent/version`, which came after Consul 1.8. Default false. */
  agentVersion: boolean;
  /** Largest value of a key, in bytes. Default 512 KiB. */
  kvMaxValueSize: number;
  /** Largest body of a transaction, in bytes. Default 512 KiB. */
  txnMaxRequestSize: number;
  /** Beginnings of paths of Consul's API that nobody may ask for. */
  blockEndpoints: readonly string[];
  /** Networks that alone may write by Consul's API; none: all may. */
  allowWriteFrom: readonly string[];
  /** Bytes of a request's line and headers in Consul's API. Default 16 KiB. */
  maxHeaderBytes: number | undefined;
  /** Longest and usual time of a blocking query of Consul's API. Default 10 min and 5 min. */
  maxQueryTimeMs: number;
  defaultQueryTimeMs: number;
};

export type PendingListener = PendingAddress & {
  readonly listener: Listener;
  /** The setting it is from, as written: `client_addr`. */
  readonly setting: string;
};

export type AdvertiseConfig = {
  /** IP address of this node for others: in the catalog, and for tasks. */
  address: string;
  /** `IP:port` of the Nomad API and of the agents' port. */
  http: string;
  rpc: string;
};

/** One `watches` entry: what is watched and whom to tell. */
export type Watch = {
  /** What is watched. */
  type: 'key' | 'keyprefix' | 'services' | 'nodes' | 'service' | 'checks' | 'event';
  /** Which of them: `service`, `tag`, `passingonly`, `key`, `prefix`, `name`, `state`, `node`. */
  parameters: Record<string, unknown>;
  handler: WatchHandler;
  datacenter: string | undefined;
  token: string | undefined;
};

/** A program with its arguments, a line for the shell, or a URL. */
export type WatchHandler =
  | { type: 'args'; args: readonly string[] }
  | { type: 'shell'; command: string }
  | { type: 'http'; url: string; method: string; headers: Record<string, readonly string[]>; timeoutMs: number };

export type TelemetryConfig = {
  /** Metrics for Prometheus in Consul's API, where they have to be asked for (`prometheus_retention_time`). Default false. */
  prometheusRetention: boolean;
};
