import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { cpus, uptime, userInfo } from 'node:os';
import { pageSize } from '../stats/page-size.ts';
import { createProcessTable } from '../stats/process-table.ts';
import { taskUsage, type UsageSample } from '../stats/task-usage.ts';
import type { Supervisor } from '../supervisor/client.ts';
import { messageOf, SupervisorError } from '../supervisor/errors.ts';
import type { StartRequest } from '../supervisor/protocol.ts';
import { knownSignal } from '../supervisor/signals.ts';
import { runBeside } from './beside.ts';
import { resolveCommand } from './command.ts';
import { allowedOwner } from './denied.ts';
import { type Driver, DriverError, type TaskHandle, type TaskSpec, type TaskUsage } from './driver.ts';
import { inNetwork } from './in-network.ts';
import { openLocalSession } from './local-session.ts';
import { MARK } from './marked.ts';
import { validateConfig } from './raw-exec-config.ts';
import { RAW_EXEC_DEFAULTS, type RawExecSettings } from './raw-exec-settings.ts';
import { lookUpUser, type Owner } from './users.ts';

/**
 * Runs a program as it is, without isolation but for the network of its allocation, as a child of the supervisor. Config: `command`, `args`,
 * `work_dir`, `oom_score_adj` (https://developer.hashicorp.com/nomad/docs/drivers/raw_exec).
 */
export type RawExecOptions = {
  supervisor: Supervisor;
  enabled: boolean;
  /** What the operator denies tasks. @default nothing */
  settings?: RawExecSettings;
  /** What every task gets below its own environment. @default the agent's PATH and nothing else */
  hostEnv?: Record<string, string>;
  /** Speed of one core, to express use in MHz. @default what the system reports */
  coreMHz?: number;
};

export const RAW_EXEC = 'raw_exec';

const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** The words that users of the API know; what follows them is ours. */
const LAUNCH_FAILED = 'failed to launch command with executor';

export function rawExec(options: RawExecOptions): Driver {
  const { supervisor } = options;
  const hostEnv = options.hostEnv ?? { PATH: process.env['PATH'] ?? USUAL_PATH };
  const base: Base = { hostEnv, settings: options.settings ?? RAW_EXEC_DEFAULTS };
  const table = createProcessTable();
  const samples = new Map<string, UsageSample>();

  return {
    name: RAW_EXEC,
    joinsNetwork: true,
    fingerprint: async () => ({
      Attributes: options.enabled ? { 'driver.raw_exec': 'true' } : {},
      Detected: options.enabled,
      Healthy: options.enabled,
      HealthDescription: options.enabled ? 'Healthy' : 'disabled',
      UpdateTime: new Date().toISOString(),
    }),
    validate: validateConfig,
    async start(task) {
      const status = await launch(supervisor, await startRequest(task, base));
      const data = { allocId: task.allocId, task: task.task, startTicks: status.startTicks };
      return { driver: RAW_EXEC, id: task.id, startedAt: status.startedAt, pid: status.pid, data };
    },
    wait: async (handle, signal) => {
      try {
        return await supervisor.wait(handle.id, signal);
      } catch (error) {
        if (!isUnknown(error)) throw error;
        return { kind: 'unknown', reason: 'the supervisor has no record of the task' };
      }
    },
    async stop(handle, { killSignal, killTimeoutMs }) {
      const timeoutMs = Math.max(0, Math.round(killTimeoutMs));
      await unlessUnknown(supervisor.stop({ id: handle.id, signal: knownSignal(killSignal), timeoutMs }));
    },
    async signal(handle, signal) {
      try {
        await supervisor.signal(handle.id, knownSignal(signal));
      } catch (error) {
        throw new DriverError(`cannot signal the task: ${messageOf(error)}`, { recoverable: true, cause: error });
      }
    },
    exec: async (_handle, { command: [name = '', ...args], task, signal }) => {
      const { command, args: whole, env, cwd, uid, gid } = await startRequest(beside(task, name, args), base);
      return runBeside({ command, args: whole, env, cwd, uid, gid, signal });
    },
    session: async (_handle, { command: [name = '', ...args], task, terminal, signal }) => {
      const request = await startRequest(beside(task, name, args), base);
      const { command, args: whole, cwd, uid, gid } = request;
      const mark = randomUUID();
      const env = { ...request.env, NOMAD_ALLOC_ID: task.allocId, NOMAD_TASK_NAME: task.task, [MARK]: mark };
      return openLocalSession({ command, args: whole, env, cwd, uid, gid, terminal, mark, signal });
    },
    stats: async (handle) => readUsage(handle),
    recover: async (handle) => (await supervisor.status(handle.id)) !== undefined,
    async forget(handle) {
      samples.delete(handle.id);
      await supervisor.forget(handle.id);
    },
  };

  function readUsage(handle: TaskHandle): TaskUsage {
    const startTicks = Number(handle.data['startTicks'] ?? 0);
    const marks = { allocId: String(handle.data['allocId']), task: String(handle.data['task']) };
    const { usage, sample } = taskUsage({
      rows: table.of({ id: handle.id, ...marks, pid: handle.pid ?? -1, startTicks, groupIsOurs: true }),
      before: samples.get(handle.id),
      at: uptime() * 1000,
      startTicks,
      wallTime: Date.now(),
      coreMHz: options.coreMHz ?? (cpus()[0]?.speed || 1000),
      pageBytes: pageSize(),
    });
    samples.set(handle.id, sample);
    return usage;
  }
}

/** A command that is run beside a task, in the same folder. */
function beside(task: TaskSpec, command: string, args: readonly string[]): TaskSpec {
  const { work_dir } = task.config;
  return { ...task, config: { command, args, ...(work_dir !== undefined && { work_dir }) } };
}

type Base = { hostEnv: Record<string, string>; settings: RawExecSettings };

async function startRequest(task: TaskSpec, { hostEnv, settings }: Base): Promise<StartRequest> {
  const mistakes = validateConfig(task.config);
  if (mistakes.length > 0)
    throw new DriverError(`failed to parse config: ${mistakes.join('; ')}`, { recoverable: false });
  const env = Object.fromEntries(
    Object.entries({ ...hostEnv, ...task.env }).filter(([variable]) => !settings.isDeniedEnv(variable)),
  );
  const name = String(task.config['command']);
  const command = resolveCommand(name, task.dirs, env['PATH'] ?? USUAL_PATH);
  if (command === undefined) throw new DriverError(`${LAUNCH_FAILED}: ${notFound(name)}`, { recoverable: true });
  const args = ((task.config['args'] ?? []) as unknown[]).map(String);
  const owner = await ownerOf(task.user, settings);
  const program = { ...withLikelihood({ command, args }, task.config['oom_score_adj']), ...owner };
  return {
    id: task.id,
    allocId: task.allocId,
    task: task.task,
    ...(task.network === undefined ? program : inNetwork(task.network, program)),
    ...(owner !== undefined && { outputUid: owner.uid, outputGid: owner.gid }),
    env,
    cwd: await workFolder(task),
    logDir: task.dirs.logDir,
    ...task.logs,
  };
}

type Program = { command: string; args: string[] };

/** How likely the kernel is to end it when memory is short: what is started inherits it (proc(5), /proc/PID/oom_score_adj). */
function withLikelihood(program: Program, likelihood: unknown): Program {
  if (likelihood === undefined || Number(likelihood) === 0) return program;
  const script = 'echo "$0" > /proc/self/oom_score_adj && exec "$@"';
  return { command: '/bin/sh', args: ['-c', script, String(likelihood), program.command, ...program.args] };
}

async function workFolder({ config, dirs }: TaskSpec): Promise<string> {
  const folder = config['work_dir'];
  if (folder === undefined) return dirs.taskDir;
  const found = await stat(String(folder)).catch(() => undefined);
  if (found?.isDirectory()) return String(folder);
  throw new DriverError(`${LAUNCH_FAILED}: work_dir "${folder}" is no folder of this machine`, { recoverable: true });
}

/** Undefined for the agent's own user, which has to be allowed as well. */
async function ownerOf(user: string, settings: RawExecSettings): Promise<Owner | undefined> {
  const isFree = [settings.deniedUsers, settings.deniedUids, settings.deniedGids].every(
    (denied) => denied.length === 0,
  );
  if (isFree) return user === '' ? undefined : lookUpUser(user);
  const { uid, gid } = await allowedOwner(user === '' ? userInfo().username : user, settings);
  return user === '' ? undefined : { uid, gid };
}

function notFound(command: string): string {
  if (command.startsWith('/')) return `${command}: no such file`;
  const places = `the task's local/ folder${command.includes('/') ? ' or the task folder' : ', the task folder or PATH'}`;
  return `"${command}" is not in ${places}; give an absolute path, or deliver it by an artifact`;
}

async function launch(supervisor: Supervisor, request: StartRequest): ReturnType<Supervisor['start']> {
  try {
    return await supervisor.start(request);
  } catch (error) {
    throw new DriverError(`${LAUNCH_FAILED}: ${messageOf(error)}`, { recoverable: true, cause: error });
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof SupervisorError && error.code === 'unknown_task';
}

/** What is not there any more is stopped. */
async function unlessUnknown(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isUnknown(error)) throw error;
  }
}
