import type { ExitResult } from '../drivers/driver.ts';

/**
 * What the agent and its supervisor say to each other: one JSON object per line, both ways.
 *
 *   agent → supervisor   { id, op, params }
 *   supervisor → agent   { id, result }  or  { id, error: { code, message } }
 *
 * Replies may come in any order. Every op may be sent again after a broken connection: `start` is known by the task's id, the others
 * state what shall be. New ops and fields may be added; a change of meaning raises the version.
 */
export const PROTOCOL_VERSION = 2;

/** The first one in which a start may have a `keeper`; an older supervisor would not know what it starts. */
export const KEEPER_VERSION = 2;

/** A start request holds the task's whole environment, which the kernel limits to about 2 MiB. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

export type Ops = {
  hello: { params: Record<string, never>; result: Hello };
  start: { params: StartRequest; result: TaskStatus };
  /** Answered when the task has ended and nothing of it is left. */
  wait: { params: { id: string }; result: ExitResult };
  stop: { params: StopRequest; result: Record<string, never> };
  signal: { params: { id: string; signal: string }; result: Record<string, never> };
  /** `null` for an unknown id. */
  status: { params: { id: string }; result: TaskStatus | null };
  list: { params: Record<string, never>; result: TaskStatus[] };
  forget: { params: { id: string }; result: Record<string, never> };
  /** Ends the supervisor if no task is alive; refused with `busy` otherwise. */
  shutdown: { params: Record<string, never>; result: Record<string, never> };
};

export type OpName = keyof Ops;

/** `build` names the program file that the supervisor was started from (`build.ts`). */
export type Hello = { protocol: number; pid: number; build: string };

export type StartRequest = {
  id: string;
  allocId: string;
  task: string;
  /** Absolute path. */
  command: string;
  args: string[];
  /** The whole environment. The supervisor adds NOMAD_ALLOC_ID and NOMAD_TASK_NAME, by which it finds what the task started. */
  env: Record<string, string>;
  cwd: string;
  uid?: number;
  gid?: number;
  /** Who may open the output again, where the command takes on its user itself. Default: `uid` and `gid`. */
  outputUid?: number;
  outputGid?: number;
  logDir: string;
  maxFiles: number;
  maxFileSizeBytes: number;
  /** Output is kept nowhere. */
  discard?: boolean;
  keeper?: Keeper;
};

/**
 * For a task that stands in namespaces of its own. `command` is then its keeper: a program that sets the task up and stays as the parent of the task's process,
 * ends when that ends, and with the same code. As soon as there is a process it writes `{"data": PID}` on descriptor 3. Signals go to that process alone.
 */
export type Keeper = {
  /** Lets the process go that has been set up. */
  begin: { command: string; args: string[] };
  /** The folder of the control group in which the task's processes will be; whoever made it removes it. */
  cgroup: string;
};

export type StopRequest = { id: string; signal: string; timeoutMs: number };

export type TaskStatus = {
  id: string;
  allocId: string;
  task: string;
  pid: number;
  /** Field 22 of /proc/<pid>/stat: with the pid it names a process for as long as the machine is up. */
  startTicks: number;
  /** Unix milliseconds. */
  startedAt: number;
  /** `ending`: the main process is gone, what it started is being ended. */
  state: 'running' | 'ending' | 'ended';
  exit: ExitResult | null;
};

export type RequestMessage = { id: number; op: string; params: unknown };
export type ReplyMessage = { id: number } & ({ result: unknown } | { error: { code: string; message: string } });
