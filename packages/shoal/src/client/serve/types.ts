import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { NomadCheck } from '@shoal/api';
import type { LogLines } from '../../log-lines.ts';
import type { Session, TaskUsage, WantedSession } from '../drivers/driver.ts';
import type { HostStats } from '../stats/host-stats.ts';

/** What node:http and node:http2 have in common: the handler is served on both. */
export type ServeRequest = Readable & {
  method?: string | undefined;
  url?: string | undefined;
  headers?: IncomingHttpHeaders;
};

export type ServeResponse = {
  writeHead(status: number, headers: Record<string, string>): unknown;
  /** node:http2 has it, though its types do not. */
  flushHeaders?(): void;
  write(chunk: string | Uint8Array): boolean;
  end(chunk: string): unknown;
  on(event: 'close' | 'drain' | 'error', listener: () => void): unknown;
  off(event: 'close' | 'drain', listener: () => void): unknown;
  destroy(error?: Error): unknown;
  readonly headersSent: boolean;
};

/** What the handlers need of the client. An id that is not of this node is undefined. */
export type ClientDeps = {
  allocation(id: string): ServedAllocation | undefined;
  /** Restarts one task, or all for "". Resolves when the restart has begun. */
  restart(allocId: string, task: string): Promise<ControlResult>;
  /** Signals one task, or all for "". */
  signal(allocId: string, task: string, signal: string): Promise<ControlResult>;
  /** Runs a command in a task, with its streams. */
  session(
    allocId: string,
    task: string,
    request: WantedSession,
  ): Promise<ControlResult | { kind: 'open'; session: Session }>;
  /** False: commands in allocations are refused (`disable_remote_exec`). */
  readonly allowsExec?: boolean;
  /** Tasks that run. */
  usage(allocId: string): Promise<Record<string, TaskUsage>>;
  hostStats(): Promise<HostStats>;
  /** The agent's log. */
  readonly logs?: LogLines | undefined;
  /** Removes what is left of one ended allocation, or of all for undefined. False if it has not ended. */
  collect(allocId: string | undefined): Promise<boolean>;
  /** The last results of the checks of its services of Nomad's own, by their ids. */
  checks(allocId: string): Record<string, NomadCheck>;
  /** Forgets one of its services until its task starts again. False for one that is not of the allocation. */
  deregister(allocId: string, serviceId: string): Promise<boolean>;
  /** A request failed for a reason that is ours. */
  log(message: string): void;
};

export type ServedAllocation = {
  /** Absolute. */
  allocDir: string;
  /** Names of the group's tasks. */
  tasks: string[];
  /** Of those, whose output is kept nowhere. */
  silent?: string[];
};

export type ControlResult =
  | { kind: 'done' }
  | { kind: 'unknown-task' }
  | { kind: 'unknown-action'; reason: string }
  | { kind: 'not-running' }
  | { kind: 'failed'; reason: string };

/** One request under way. */
export type Call = {
  method: string;
  /** Decoded, without the leading `/v1/client/`. */
  path: string[];
  query: URLSearchParams;
  req: ServeRequest;
  res: ServeResponse;
  /** Aborts when the reader has gone. */
  signal: AbortSignal;
};

export type Route = (call: Call, deps: ClientDeps) => Promise<void>;
