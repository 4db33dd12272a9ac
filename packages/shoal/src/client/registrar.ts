import type { ServiceAddress, Weights } from '@shoal/api';

/**
 * What the client's service hook asks of the agent's registry of services and checks (`catalog/`). The registry runs the checks, keeps
 * everything over a restart, and pushes it to the catalog.
 */
export type Registrar = {
  /** Replaces the instance of that id with its checks. Resolves when the catalog has it (or the attempt failed and will be repeated: then it resolves at once). */
  register(service: ServiceRegistration): Promise<void>;
  /** Resolves when the catalog no longer has it, or after `timeoutMs` at most. Unknown ids are fine. */
  deregister(serviceId: string, timeoutMs?: number): Promise<void>;
  /** Ids of instances that were registered by this client (prefix `_nomad-task-`), to clean up after a crash. */
  owned(): string[];
  /** The present status of the instance's checks: 'passing' only if all pass. Undefined for an unknown id. */
  status(serviceId: string): RegisteredStatus | undefined;
  /** The instance's checks, each with its present status. Empty for an unknown id. */
  checks(serviceId: string): RegisteredCheck[];
  /** The word of whoever looks after a check of the type `ttl`. False if there is no such check (yet). */
  report(checkId: string, status: RegisteredStatus, output: string): boolean;
  onStatusChange(listener: (serviceId: string) => void): () => void;
};

export type RegisteredStatus = 'passing' | 'warning' | 'critical';

/** `ranAt`: Unix milliseconds of its last run by this agent; undefined before the first one. */
export type RegisteredCheck = {
  id: string;
  name: string;
  serviceName: string;
  status: RegisteredStatus;
  output: string;
  ranAt: number | undefined;
};

export type ServiceRegistration = {
  /** `_nomad-task-<alloc id>-<task or group-group>-<service name>-<port label>` as Nomad names them. */
  id: string;
  name: string;
  tags: string[];
  meta: Record<string, string>;
  address: string;
  port: number;
  enableTagOverride: boolean;
  weights: Weights;
  taggedAddresses: Record<string, ServiceAddress>;
  /** The allocation of a service with `provider = "nomad"`. */
  nomadAllocId?: string;
  checks: CheckRegistration[];
};

export type CheckRegistration = {
  id: string;
  name: string;
  type: 'http' | 'tcp' | 'grpc' | 'ttl';
  /** http: the URL; tcp and grpc: host:port. */
  target: string;
  /** grpc: the service that is asked about, '' for the server as a whole; and whether by TLS. */
  grpcService: string;
  tls: boolean;
  method: string;
  headers: Record<string, string[]>;
  body: string;
  notes: string;
  tlsSkipVerify: boolean;
  /** '' takes the target's name. */
  tlsServerName: string;
  /** ttl: how long a report is good for. */
  intervalMs: number;
  timeoutMs: number;
  initialStatus: 'passing' | 'warning' | 'critical' | '';
  successBeforePassing: number;
  failuresBeforeCritical: number;
  /** 0: as many as before it is critical. */
  failuresBeforeWarning: number;
};
