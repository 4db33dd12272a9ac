import type { CheckStatus, ServiceAddress, Weights } from '@shoal/api';

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
};

/** How a check comes to its status. */
export type CheckRun =
  | { readonly kind: 'ttl'; readonly ttlMs: number }
  | HttpCheckRun
  | TcpCheckRun
  | GrpcCheckRun
  | ScriptCheckRun
  /** Follows the checks of another service of this agent and of the node. */
  | { readonly kind: 'alias'; readonly serviceId: string }
  | { readonly kind: 'maintenance' };

export type HttpCheckRun = {
  readonly kind: 'http';
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly tlsSkipVerify: boolean;
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

export type TcpCheckRun = {
  readonly kind: 'tcp';
  /** host:port */
  readonly address: string;
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
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

export type ScriptCheckRun = {
  readonly kind: 'script';
  /** The program with its arguments. */
  readonly args: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

/** Checks that the agent runs again and again. */
export type RepeatedRun = HttpCheckRun | TcpCheckRun | GrpcCheckRun | ScriptCheckRun;

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
  /** How long the check may be critical before its service is removed; 0: for ever. */
  readonly deregisterAfterMs: number;
  readonly run: CheckRun;
};

/** What a run found. */
export type Outcome = { readonly status: CheckStatus; readonly output: string };

/** A definition with its present status. Replaced, never changed. */
export type RegisteredCheck = { readonly definition: CheckDefinition } & Outcome;

/** Bytes of a check's output that are kept. */
export const MAX_OUTPUT = 4096;

export const NODE_MAINTENANCE = '_node_maintenance';
export const SERVICE_MAINTENANCE = '_service_maintenance:';
