import type { Allocation, Job, Node, Task, TaskGroup } from '@shoal/api';
import type { Log } from '../../log.ts';
import type { ArtifactSettings } from '../artifacts/settings.ts';
import type { Clock } from '../clock.ts';
import type { Driver, DriverNetwork, ExecResult, TaskDirs } from '../drivers/driver.ts';
import type { TaskEnv } from '../env/task-env.ts';
import type { Identities } from '../identities/identities.ts';
import type { AllocNetworks } from '../network/alloc-networks.ts';
import type { Registrar } from '../registrar.ts';
import type { TaskChecks } from '../services/task-checks.ts';
import type { StickyDisks } from '../sticky-disk.ts';
import type { EventMaker } from '../task-runner/events.ts';
import type { Templates } from '../templates/templates.ts';

/**
 * One concern of a task's life. The runner calls the hooks of `task-hooks.ts` one after another, in that order; those of different tasks run at
 * the same time. Each is called again after a restart of the task or of the agent, and must then find what is done already: on disk, or in `done`.
 */
export type TaskHook = {
  readonly name: string;
  /** Before each start. Throws `HookFailure` to keep the task from starting; the restart policy decides what then. */
  prestart?(context: HookContext): Promise<void>;
  /** When the task runs, also when it is found running after a restart of the agent. A failure is logged and shown as an event; the task goes on. */
  poststart?(context: HookContext): Promise<void>;
  /** Before the task is told to end. Resolves to true if others need a moment to notice. */
  prekill?(context: HookContext): Promise<boolean>;
  /** After each end of the task, however it came. */
  exited?(context: HookContext): Promise<void>;
};

export type HookContext = {
  allocation: Allocation;
  job: Job;
  group: TaskGroup;
  task: Task;
  node: Node;
  dirs: TaskDirs;
  env: TaskEnv;
  /** From now on these are among the task's variables, above its own; those that this hook set before are gone. */
  setEnv(variables: Record<string, string>): void;
  driver: Driver;
  life: TaskLife;
  /** What this hook has done before, kept over restarts of the agent. */
  done: Done;
  emit(event: EventMaker): void;
  /** Aborted when the task is to end, or the agent. */
  signal: AbortSignal;
  services: HookServices;
};

/** What a hook may do to the task while it runs. All but `fail` throw `TaskNotRunningError` if it does not. */
export type TaskLife = {
  /** Ends the task's process and starts it again. `counts`: the restart policy decides whether and when, as if it had failed. */
  restart(reason: string, options?: { counts: boolean }): void;
  signal(signal: string, reason: string): Promise<void>;
  /** Ends the task for good, as failed. */
  fail(reason: string): void;
  /** Runs a command with the task's user, variables and folder; throws `DriverError` where the driver cannot. */
  exec(command: readonly string[], options: { timeoutMs: number; signal: AbortSignal }): Promise<ExecResult>;
  /** The task's own address, where its driver gives it one. */
  network(): Promise<DriverNetwork | undefined>;
};

/** The parts of the agent that hooks use. */
export type HookServices = {
  registrar: Registrar;
  artifacts: ArtifactSettings;
  templates: Templates;
  identities: Identities;
  checks: TaskChecks;
  disks: StickyDisks;
  networks: AllocNetworks;
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  log: Log;
};

export type Done = { get(key: string): string | undefined; set(key: string, value: string): Promise<void> };

/** A hook could not do its part. The event is what the user sees. */
export class HookFailure extends Error {
  readonly code = 'hook_failed';
  readonly event: EventMaker;
  readonly recoverable: boolean;
  constructor(message: string, options: { event: EventMaker; recoverable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'HookFailure';
    this.event = options.event;
    this.recoverable = options.recoverable;
  }
}
