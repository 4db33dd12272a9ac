import type { CheckStatus, ServiceAddress, Weights } from '@shoal/api';
import type { ServiceProxy } from '../../state/rows.ts';

/** A service of this agent, as it was asked for. */
export type ServiceDefinition = {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly address: string;
  readonly port: number;
  readonly taggedAddresses: Readonly<Record<string, ServiceAddress>>;
  readonly weights: Weights;
  /** Tags that were changed in the catalog stay. */
  readonly enableTagOverride: boolean;
  readonly socketPath?: string;
  /** What it is in a service mesh; kept and served. */
  readonly proxy?: ServiceProxy;
  readonly native?: true;
  /** The allocation of a service of Nomad's own. */
  readonly nomadAllocId?: string;
};

/** How a check comes to its status. */
export type CheckRun =
  | { readonly kind: 'ttl'; readonly ttlMs: number }
  | HttpCheckRun
  | TcpCheckRun
  | GrpcCheckRun
  | ScriptCheckRun
  | DockerCheckRun
  | H2PingCheckRun
  | UdpCheckRun
  | OsServiceCheckRun
  | AliasCheckRun
  | { readonly kind: 'maintenance' };

export type HttpCheckRun = {
  readonly kind: 'http';
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly tlsSkipVerify: boolean;
  readonly tlsServerName?: string;
  /** A redirect is the answer, and not followed. */
  readonly noRedirects?: boolean;
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

export type TcpCheckRun = {
  readonly kind: 'tcp';
  /** host:port */
  readonly address: string;
  readonly tls?: boolean;
  readonly tlsSkipVerify?: boolean;
  readonly tlsServerName?: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

export type GrpcCheckRun = {
  readonly kind: 'grpc';
  /** host:port */
  readonly address: string;
  /** '' asks for the server as a whole. */
  readonly service: string;
  readonly tls: boolean;
  readonly tlsSkipVerify: boolean;
  readonly tlsServerName?: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

export type H2PingCheckRun = {
  readonly kind: 'h2ping';
  /** host:port */
  readonly address: string;
  readonly tls: boolean;
  readonly tlsSkipVerify: boolean;
  readonly tlsServerName?: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

export type UdpCheckRun = {
  readonly kind: 'udp';
  /** host:port */
  readonly address: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

export type OsServiceCheckRun = {
  readonly kind: 'os_service';
  /** A unit of systemd. */
  readonly service: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

export type DockerCheckRun = {
  readonly kind: 'docker';
  /** Name or id. */
  readonly container: string;
  /** '' runs the arguments as they are. */
  readonly shell: string;
  readonly args: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

/** Follows the checks of a service and of its node. */
export type AliasCheckRun = {
  readonly kind: 'alias';
  /** '' follows those of the node alone. */
  readonly serviceId: string;
  /** A node of the catalog; without it the service is one of this agent. */
  readonly node?: string;
};

export type ScriptCheckRun = {
  readonly kind: 'script';
  /** The program with its arguments. */
  readonly args: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

/** Checks that the agent runs again and again. */
export type RepeatedRun =
  | HttpCheckRun
  | TcpCheckRun
  | GrpcCheckRun
  | ScriptCheckRun
  | DockerCheckRun
  | H2PingCheckRun
  | UdpCheckRun
  | OsServiceCheckRun;

export type CheckDefinition = {
  readonly id: string;
  readonly name: string;
  readonly notes: string;
  /** '' for a check of the node. */
  readonly serviceId: string;
  readonly initialStatus: CheckStatus;
  /** Successes in a row before the check passes; 0 and 1 mean at once. */
  readonly successBeforePassing: number;
  /** Failures in a row before it is critical; 0 and 1 mean at once. */
  readonly failuresBeforeCritical: number;
  /** Failures in a row before it is a warning, where that comes earlier. */
  readonly failuresBeforeWarning?: number;
  /** Bytes of output that are kept; MAX_OUTPUT unless given. */
  readonly maxOutput?: number;
  /** How long the check may be critical before its service is removed; 0: for ever. */
  readonly deregisterAfterMs: number;
  readonly run: CheckRun;
};

/** What a run found. */
export type Outcome = { readonly status: CheckStatus; readonly output: string };

/** A definition with its present status. Replaced, never changed. */
export type RegisteredCheck = { readonly definition: CheckDefinition } & Outcome;

/** Bytes of a check's output that are kept unless it says otherwise. */
export const MAX_OUTPUT = 4096;

export const NODE_MAINTENANCE = '_node_maintenance';
export const SERVICE_MAINTENANCE = '_service_maintenance:';
