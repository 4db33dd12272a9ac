import type { Readable, Writable } from 'node:stream';
import type { DriverInfo } from '@shoal/api';

/**
 * What runs tasks. The task runner calls a driver for one task at a time, for different tasks at the same time. A driver keeps nothing that
 * it cannot find again from a handle: the agent may be killed and come back between any two calls.
 */
export type Driver = {
  readonly name: string;
  /** Whether tasks can have host volumes mounted. Default false. */
  readonly mountsVolumes?: boolean;
  /** Whether its tasks can be in the allocation's network namespace (`TaskSpec.network`). Default false: groups with a network of their own are refused. */
  readonly joinsNetwork?: boolean;
  /** For tasks with a file system of their own: what they see of ours in it. */
  readonly inside?: TaskView;
  /** Who runs tasks that name no user. Default: the agent's user. */
  readonly defaultUser?: string;
  /** Called at start and every few seconds; must be quick and must not throw for "not there". */
  fingerprint(): Promise<DriverInfo>;
  /** Mistakes in a task's `config`, each a sentence naming the key. Called before `start`. */
  validate(config: Record<string, unknown>): string[];
  /** Resolves when the task's process runs. Throws `DriverError` otherwise, with nothing left behind. */
  start(task: TaskSpec, meanwhile?: Meanwhile): Promise<TaskHandle>;
  /** Resolves when the task has ended, also when it ended while no agent was there. */
  wait(handle: TaskHandle, signal: AbortSignal): Promise<ExitResult>;
  /** Sends `killSignal`, then kills after `killTimeoutMs`, with everything that the task started. Resolves when all of it is gone. */
  stop(handle: TaskHandle, how: { killSignal: string; killTimeoutMs: number }): Promise<void>;
  signal(handle: TaskHandle, signal: string): Promise<void>;
  stats(handle: TaskHandle): Promise<TaskUsage>;
  /** True if the task of the handle runs or its end is known; false if nothing is known of it any more. */
  recover(handle: TaskHandle): Promise<boolean>;
  /** Forgets what is kept of a task that has ended. */
  forget(handle: TaskHandle): Promise<void>;
  /**
   * Runs a command beside the task, as the task itself would run it, until it ends or the signal is aborted: then it is killed with all that it
   * started. Drivers that cannot leave it out. Throws `DriverError` if it cannot be started.
   */
  exec?(handle: TaskHandle, request: ExecRequest): Promise<ExecResult>;
  /**
   * The same with its input and output as they come, in a terminal if that is asked for. Throws `DriverError` if it is known at once that the command cannot be started;
   * else its output says so.
   */
  session?(handle: TaskHandle, request: SessionRequest): Promise<Session>;
  /** Lets go of an allocation's network, in which none of its tasks is any more. Called before the network is removed. */
  leaveNetwork?(allocId: string): Promise<void>;
  /** The task's own address, for drivers that give tasks one. Undefined for a task that shares the host's. */
  network?(handle: TaskHandle): Promise<DriverNetwork | undefined>;
};

/** What a start that takes long may do: tell the user, and give up when the task is not wanted any more. */
export type Meanwhile = { say?: Say; signal?: AbortSignal };

/** A word about what the driver is doing, with particulars for machines. */
export type Say = (message: string, particulars?: Record<string, string>) => void;

export type TaskView = {
  /** Where the task finds the allocation's shared folder, its own and its secrets. */
  readonly dirs: { readonly shared: string; readonly local: string; readonly secrets: string };
  /** Whether its users are those of an image, so that names and numbers mean nothing on this machine. */
  readonly usersOfImage: boolean;
  /** Ports inside of the task, by label, where its `config` says them. */
  ports(config: Record<string, unknown>): Record<string, number>;
};

export type DriverNetwork = {
  ip: string;
  /** Whether services are to be announced there unless they say otherwise: others than this node reach it. */
  advertise: boolean;
};

export type ExecRequest = {
  /** The program with its arguments. */
  command: readonly string[];
  /** The task as it was started. */
  task: TaskSpec;
  signal: AbortSignal;
};

export type SessionRequest = ExecRequest & { terminal: boolean };

/** What users ask for: a command, or the name of one of the task's actions. */
export type WantedSession = Pick<SessionRequest, 'terminal' | 'signal'> & {
  command: readonly string[] | { readonly action: string };
};

export type Session = {
  stdin: Writable;
  stdout: Readable;
  /** Undefined in a terminal: there both are one. */
  stderr: Readable | undefined;
  /** Of the terminal, in characters. */
  resize(columns: number, rows: number): void;
  /** The exit code, 128 + the signal for one that was killed. What it wrote may still be on its way. */
  exit: Promise<number>;
};

/** `output`: the beginning of what it wrote on both streams. `exitCode` is 128 + the signal for one that was killed. */
export type ExecResult = { exitCode: number; output: string };

/** Everything a driver needs to start one task; all values are interpolated, all paths absolute. */
export type TaskSpec = {
  allocId: string;
  task: string;
  /** Unique for each start of the task: `<allocId>/<task>/<hex>`. */
  id: string;
  config: Record<string, unknown>;
  env: Record<string, string>;
  /** "" = the driver's default. */
  user: string;
  dirs: TaskDirs;
  /** `discard`: output is kept nowhere. */
  logs: { discard?: boolean; maxFiles: number; maxFileSizeBytes: number };
  resources: { cpuMHz: number; memoryMB: number; memoryMaxMB: number };
  job: { id: string; name: string; namespace: string; group: string };
  /** Of the allocation, by label. */
  ports: readonly TaskPort[];
  /** The group's `network { dns {} }`. */
  dns: TaskDns | null;
  /** Host volumes to mount. */
  volumes: readonly TaskVolume[];
  /** What all tasks of the allocation share where it has a network of its own; undefined: the tasks are in the host's. */
  network?: TaskNetwork;
};

export type TaskNetwork = {
  /** The network namespace, as a path that `setns` takes. It is there before the first task and goes after the last one. */
  namespace: string;
  /** Files that a task with a file system of its own is to find as `/etc/resolv.conf` and `/etc/hosts`. */
  resolvConf: string;
  hosts: string;
  /** What the group calls its host; '' and undefined: nothing. */
  hostname?: string;
};

/** `to`: the port inside the task's network, 0 for the same as outside. */
export type TaskPort = { label: string; ip: string; value: number; to: number };

export type TaskDns = { servers: readonly string[]; searches: readonly string[]; options: readonly string[] };

/** `propagation`: `private`, `host-to-task` or `bidirectional`. */
export type TaskVolume = { source: string; target: string; readOnly: boolean; propagation: string };

/** `<data_dir>/alloc/<id>/` holds `alloc/` (shared by the tasks) and one folder per task. */
export type TaskDirs = {
  allocDir: string;
  sharedDir: string;
  taskDir: string;
  localDir: string;
  secretsDir: string;
  tmpDir: string;
  /** `alloc/logs`: `<task>.stdout.<n>`, `<task>.stderr.<n>`. */
  logDir: string;
};

/** Plain data: it is persisted, and handed back to the same driver after a restart of the agent. */
export type TaskHandle = {
  driver: string;
  id: string;
  startedAt: number;
  pid?: number;
  data: Record<string, string | number | boolean>;
};

export type ExitResult =
  | { kind: 'exited'; exitCode: number; signal: number; oomKilled: boolean; message?: string }
  /** The task has ended, but nobody was there to see how. */
  | { kind: 'unknown'; reason: string };

/** Sums over all processes of the task. */
export type TaskUsage = {
  timestamp: number;
  /** Percent of one core since the last reading. */
  cpuPercent: number;
  cpuTotalTicksMHz: number;
  systemPercent: number;
  userPercent: number;
  rssBytes: number;
  pids: Record<string, { cpuPercent: number; rssBytes: number }>;
};

/** A task could not be started or controlled. `recoverable` says whether the restart policy may try again. */
export class DriverError extends Error {
  readonly code = 'driver';
  readonly recoverable: boolean;
  constructor(message: string, options: { recoverable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'DriverError';
    this.recoverable = options.recoverable;
  }
}
