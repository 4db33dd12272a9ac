import type { TaskState } from '@shoal/api';
import { lifetime } from '../../lifetime.ts';
import {
  DriverError,
  type DriverNetwork,
  type ExecResult,
  type ExitResult,
  type Say,
  type Session,
  type TaskHandle,
  type TaskUsage,
  type WantedSession,
} from '../drivers/driver.ts';
import { messageOf, TaskNotRunningError, UnknownDriverError } from '../errors.ts';
import { HookFailure, type TaskLife } from '../hooks/hook.ts';
import { DEREGISTER_TIMEOUT_MS } from '../services/registrations.ts';
import { anyAborted, atMost, settledOrAborted, WOKEN } from '../signals.ts';
import { bringDown } from './bring-down.ts';
import { commandOf } from './command-of.ts';
import { type Cause, conclude, deadUnrun, type Outcome, outcomeOfExit } from './conclude.ts';
import * as events from './events.ts';
import { createFollow } from './follow.ts';
import { taskSpec } from './launch.ts';
import { runExited, runPoststart, runPrestart } from './run-hooks.ts';
import { createTaskContext, type TaskInput, type TaskWorld } from './task-context.ts';

/**
 * One task of one allocation, from its gate to its end.
 *
 *   pending ──gate──▶ hooks ──▶ starting ──▶ running ──▶ ended ──policy──▶ dead
 *      ▲                 │failed                           │
 *      └──── delay ◀─────┴──────────── restart ◀───────────┘
 *
 * `kill` leads to dead from everywhere, `suspend` to pending. `detach` leaves everything as it is, for the next agent: what it needs is in the journal before it is
 * needed. A start is announced there before the driver is asked, so that a task whose start nobody lived to see is found again and not run twice.
 */
export type TaskRunner = {
  readonly name: string;
  state(): TaskState;
  /** Lets the task begin. It begins once; later calls do nothing. */
  open(): void;
  /** Ends the task for good; the event says why. Resolves when it is dead. */
  kill(why?: events.EventMaker): Promise<void>;
  /** Ends the task's process and starts it again, outside of the restart policy. Throws `TaskNotRunningError`. */
  restart(reason: string): void;
  /** Throws `TaskNotRunningError`. */
  signal(signal: string, reason: string): Promise<void>;
  emit(event: events.EventMaker): void;
  /** What others may do to the running task: hooks, and the group's checks. */
  readonly life: TaskLife;
  /** Runs a command in the task with its streams. Throws `TaskNotRunningError`, `DriverError`. */
  session(request: WantedSession): Promise<Session>;
  /** Undefined while nothing runs. */
  usage(): Promise<TaskUsage | undefined>;
  /** The allocation changed in place: what runs is announced anew. */
  refresh(): void;
  /** Ends the task's process, not the task: the next agent starts it again. Resolves when the process is gone. */
  suspend(): Promise<void>;
  /** Stops attending to the task, which goes on. Resolves when nothing is under way any more. */
  detach(): Promise<void>;
  /** Resolves when the task is dead, suspended or detached. */
  readonly done: Promise<void>;
};

const LOST: ExitResult = { kind: 'unknown', reason: 'nothing was left of it when the agent came back' };

export function createTaskRunner(input: TaskInput, world: TaskWorld): TaskRunner {
  const { clock, hooks } = world;
  const { log } = world.services;
  const gate = new AbortController();
  const detached = new AbortController();
  // Told to end, or left to the next agent.
  const ended = lifetime();
  const over = ended.signal;
  let killed = false;
  let suspended = false;
  const life: TaskLife = { restart: restartNow, signal: sendSignal, fail, exec, network };
  const context = createTaskContext({ ...input, life }, world, over);
  const { state, commit, emit, driver, labels } = context;
  const follow = createFollow({ context, clock, log, detached: detached.signal });
  let restart = new AbortController();
  let restartCounts = false;
  let failed = false;
  let announced: Promise<void> = Promise.resolve();

  async function live(): Promise<void> {
    if (state().State === 'dead') return;
    if (state().Events.length === 0) emit(events.received());
    const left = await takeUp();
    if (left === undefined) await anyAborted(gate.signal, over);
    let outcome = left === undefined ? await run() : await settle(left);
    while (outcome !== undefined && (await goOn(outcome))) outcome = await run();
    if (killed && state().State !== 'dead' && !leftToNext()) await commit(deadUnrun(clock.now(), state(), failed));
  }

  const leftToNext = () => detached.signal.aborted || (suspended && !killed);
  const toldToEnd = () => killed || suspended || restart.signal.aborted;

  // What the last agent left: a task that runs, one that is lost, or (undefined) none.
  async function takeUp(): Promise<TaskHandle | typeof LOST | undefined> {
    const { handle, phase } = context.record();
    if (handle === null) return undefined;
    const found = await follow.recover(handle);
    if (phase === 'started') return found ? handle : LOST;
    if (found) await becameRunning(handle);
    return found ? handle : undefined;
  }

  const settle = async (left: TaskHandle | typeof LOST): Promise<Outcome | undefined> => {
    if (detached.signal.aborted) return undefined;
    return 'kind' in left ? outcomeOfExit(left) : attend(left);
  };

  /** One run, from the hooks to the end; undefined if it was called off. */
  async function run(): Promise<Outcome | undefined> {
    if (over.aborted) return undefined;
    let handle: TaskHandle;
    try {
      await runPrestart(hooks, context.forHook);
      handle = await launch();
    } catch (error) {
      if (over.aborted) return undefined;
      log.info({ reason: messageOf(error), ...labels() }, 'task could not be started');
      return { ending: { kind: 'start-failure', recoverable: isRecoverable(error) }, events: [eventOf(error)] };
    }
    return attend(handle);
  }

  async function launch(): Promise<TaskHandle> {
    const { allocation, task } = context.subject();
    const id = `${allocation.ID}/${task.Name}/${world.newId()}`;
    restart = new AbortController();
    restartCounts = false;
    await commit({ phase: 'starting', handle: { driver: task.Driver, id, startedAt: clock.now(), data: {} } });
    over.throwIfAborted();
    const say: Say = (message, particulars) => emit(events.driverMessage(message, particulars));
    const handle = await driver().start(taskSpec(context.forHook({ name: 'start' }), id), { say, signal: over });
    await becameRunning(handle);
    return handle;
  }

  function becameRunning(handle: TaskHandle): Promise<void> {
    const StartedAt = new Date(handle.startedAt).toISOString();
    const running = { State: 'running', StartedAt, FinishedAt: null } as const;
    return commit({ handle, phase: 'started', state: running, events: [events.started()] });
  }

  /** Undefined if the agent goes before the task does. */
  async function attend(handle: TaskHandle): Promise<Outcome | undefined> {
    const exit = follow.exitOf(handle);
    announced = runPoststart(hooks, context.forHook);
    await settledOrAborted(exit, over, restart.signal);
    // What is being announced is taken back afterwards; but a catalog that does not answer holds up nobody's end.
    await atMost(announced, DEREGISTER_TIMEOUT_MS, clock);
    if (toldToEnd()) await descend(handle, exit);
    return detached.signal.aborted ? undefined : outcomeOfExit(await exit);
  }

  function descend(handle: TaskHandle, exit: Promise<ExitResult>): Promise<void> {
    const { leave } = input;
    const { maxKillTimeoutMs } = world;
    const forGood = killed || suspended;
    return bringDown({
      ...{ context, hooks, leave, clock, log, maxKillTimeoutMs, forGood, handle, exit },
      detached: detached.signal,
    });
  }

  /** Keeps how the run ended and what follows, then tidies up. True if the task is to run again. */
  async function goOn(outcome: Outcome): Promise<boolean> {
    const { handle } = context.record();
    const ran = outcome.ending.kind !== 'start-failure';
    const { change, restartInMs } = conclude({ outcome, cause: causeOf(ran), state: state(), policy: policyNow() });
    await commit(change);
    if (handle !== null && ran) await tidy(handle);
    if (restartInMs === undefined) return false;
    await clock.sleep(restartInMs, over);
    return !over.aborted;
  }

  function causeOf(ran: boolean): Cause {
    if (killed) return failed ? 'fail' : 'kill';
    if (suspended) return 'suspend';
    if (!ran || !restart.signal.aborted) return 'itself';
    return restartCounts ? 'unhealthy' : 'restart';
  }

  function policyNow() {
    const { allocation, task, group } = context.subject();
    return {
      policy: task.RestartPolicy ?? group.RestartPolicy,
      jobType: allocation.Job?.Type ?? 'service',
      lifecycle: task.Lifecycle,
      window: context.record().restarts,
      nowMs: clock.now(),
      random: world.random(),
    };
  }

  // Only after the end is kept: until then the driver is the only one who knows it.
  async function tidy(handle: TaskHandle): Promise<void> {
    await runExited(hooks, context.forHook);
    await driver()
      .forget(handle)
      .catch((error) => log.warn({ err: error, ...labels() }, 'the driver could not forget the task'));
  }

  function running(): TaskHandle {
    const { handle, phase } = context.record();
    if (handle === null || phase !== 'started' || state().State !== 'running') throw new TaskNotRunningError();
    return handle;
  }

  function restartNow(reason: string, { counts }: { counts: boolean } = { counts: false }): void {
    running();
    if (restart.signal.aborted) return;
    emit(events.restartSignaled(reason));
    restartCounts = counts;
    restart.abort(WOKEN);
  }

  async function sendSignal(signal: string, reason: string): Promise<void> {
    const handle = running();
    emit(events.signaling(signal, reason));
    await driver().signal(handle, signal);
  }

  function fail(reason: string): void {
    if (state().State === 'dead' || killed) return;
    failed = true;
    emit(events.failing(reason));
    killed = true;
    ended.abort();
  }

  async function exec(...[command, { timeoutMs, signal }]: Parameters<TaskLife['exec']>): Promise<ExecResult> {
    const handle = running();
    const { name, exec: run } = driver();
    if (run === undefined) {
      throw new DriverError(`the driver "${name}" cannot run a command in a task`, { recoverable: false });
    }
    const task = taskSpec(context.forHook({ name: 'exec' }), handle.id);
    return run(handle, { command, task, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
  }

  async function session(request: WantedSession): Promise<Session> {
    const handle = running();
    const { name, session: open } = driver();
    if (open === undefined) {
      throw new DriverError(`the driver "${name}" cannot run a command in a task`, { recoverable: false });
    }
    const about = context.forHook({ name: 'exec' });
    return open(handle, { ...request, command: commandOf(request, about), task: taskSpec(about, handle.id) });
  }

  async function network(): Promise<DriverNetwork | undefined> {
    return driver().network?.(running());
  }

  const done = live().catch(async (error) => {
    log.error({ err: error, ...labels() }, 'task runner failed');
    if (detached.signal.aborted) return;
    const FinishedAt = new Date(clock.now()).toISOString();
    await commit({
      state: { State: 'dead', Failed: true, FinishedAt },
      events: [events.setupFailure(messageOf(error))],
    });
  });

  return {
    name: input.name,
    state,
    emit,
    done,
    open: () => gate.abort(WOKEN),
    kill(why) {
      if (state().State === 'dead' || killed) return done;
      if (why !== undefined) emit(why);
      killed = true;
      ended.abort();
      return done;
    },
    restart: (reason) => restartNow(reason),
    signal: sendSignal,
    life,
    session,
    async usage() {
      const { handle, phase } = context.record();
      if (handle === null || phase !== 'started') return undefined;
      // A task that has just gone has no usage, and nothing else can be said of it.
      return driver()
        .stats(handle)
        .catch(() => undefined);
    },
    refresh() {
      if (state().State === 'running') announced = announced.then(() => runPoststart(hooks, context.forHook));
    },
    suspend() {
      suspended = true;
      ended.abort();
      return done;
    },
    detach() {
      detached.abort();
      ended.abort();
      return done;
    },
  };
}

function eventOf(error: unknown): events.EventMaker {
  if (error instanceof HookFailure) return error.event;
  if (error instanceof DriverError || error instanceof UnknownDriverError) return events.driverFailure(error.message);
  return events.setupFailure(messageOf(error));
}

// What nobody foresaw may pass; the policy bounds the tries.
function isRecoverable(error: unknown): boolean {
  if (error instanceof UnknownDriverError) return false;
  return error instanceof HookFailure || error instanceof DriverError ? error.recoverable : true;
}
