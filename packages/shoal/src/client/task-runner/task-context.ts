import type { Allocation, Node, Task, TaskGroup, TaskState } from '@shoal/api';
import { allocDirs, taskDirs } from '../alloc-dir.ts';
import type { Clock } from '../clock.ts';
import type { Driver } from '../drivers/driver.ts';
import { taskEnv } from '../env/task-env.ts';
import { messageOf, UnknownDriverError } from '../errors.ts';
import type { HookContext, HookServices, TaskHook, TaskLife } from '../hooks/hook.ts';
import type { StateDb, TaskRecord } from '../state-db.ts';
import type { EventMaker } from './events.ts';
import { createJournal, type JournalChange } from './journal.ts';

/** What is the same for all tasks of a client. */
export type TaskWorld = {
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  /** Short and unique, for the id of a start. */
  newId: () => string;
  db: StateDb;
  drivers: ReadonlyMap<string, Driver>;
  hooks: readonly TaskHook[];
  services: HookServices;
  /** This node, as it is registered now. */
  node: () => Node;
  /** `<data_dir>/alloc`, absolute. */
  allocRoot: string;
  /** What a task of this driver starts from, see `env/host-env.ts`. */
  hostEnv: (driver: string) => Record<string, string>;
  /** The longest that a job may ask to wait between signal and kill. */
  maxKillTimeoutMs: number;
};

export type TaskInput = {
  name: string;
  /** As it is now; it may change in place. */
  subject: () => Subject;
  restored: TaskRecord | undefined;
  onChange: () => void;
  /** Takes back what the group announces before one of its tasks ends. True if there was something. */
  leave: () => Promise<boolean>;
};

export type Subject = { allocation: Allocation; group: TaskGroup; task: Task };

/** One task with what its runner, its hooks and its driver need of it. */
export type TaskContext = {
  subject(): Subject;
  record(): TaskRecord;
  state(): TaskState;
  /** Resolves when it is kept. Never rejects: a full disk must not end the task, and the next change carries the whole record again. */
  commit(change: JournalChange): Promise<void>;
  emit(event: EventMaker): void;
  /** Throws `UnknownDriverError`. */
  driver(): Driver;
  forHook(hook: Pick<TaskHook, 'name'>): HookContext;
  labels(): { alloc: string; task: string };
};

export function createTaskContext(
  input: TaskInput & { life: TaskLife },
  world: TaskWorld,
  signal: AbortSignal,
): TaskContext {
  const fixed: Fixed = { life: input.life, hookEnv: new Map(), world, signal };
  const { subject } = input;
  const labels = () => ({ alloc: subject().allocation.ID, task: input.name });
  const journal = createJournal(input.restored, {
    allocId: subject().allocation.ID,
    task: input.name,
    db: world.db,
    now: world.clock.now,
    onChange: input.onChange,
  });
  const context: TaskContext = {
    subject,
    labels,
    record: journal.record,
    state: () => journal.record().state,
    commit: (change) =>
      journal
        .commit(change)
        .catch((error) =>
          world.services.log.error({ error: messageOf(error), ...labels() }, 'the state of a task could not be kept'),
        ),
    emit: (event) => void context.commit({ events: [event] }),
    driver() {
      const name = subject().task.Driver;
      const found = world.drivers.get(name);
      if (found === undefined) throw new UnknownDriverError(name, [...world.drivers.keys()]);
      return found;
    },
    forHook: (hook) => hookContext(context, hook.name, fixed),
  };
  return context;
}

/** What all hooks of a task share. */
type Fixed = {
  life: TaskLife;
  /** By the name of the hook that made them. */
  hookEnv: Map<string, Record<string, string>>;
  world: TaskWorld;
  signal: AbortSignal;
};

function hookContext(context: TaskContext, hook: string, fixed: Fixed): HookContext {
  const { world } = fixed;
  const { allocation, group, task } = context.subject();
  const job = allocation.Job;
  if (job === null) throw new Error(`allocation ${allocation.ID} came without its job`);
  const node = world.node();
  const driver = context.driver();
  const hookEnv = Object.assign({}, ...fixed.hookEnv.values()) as Record<string, string>;
  const { emit } = context;
  const base = { allocation, job, group, task, node };
  // Made when they are asked for: most hooks need neither.
  const dirs = once(() => taskDirs(allocDirs(world.allocRoot, allocation.ID), task.Name));
  const env = once(() =>
    taskEnv({ ...base, dirs: dirs(), inside: driver.inside, hostEnv: world.hostEnv(task.Driver), hookEnv }),
  );
  return {
    ...base,
    get dirs() {
      return dirs();
    },
    get env() {
      return env();
    },
    setEnv(variables) {
      fixed.hookEnv.set(hook, variables);
    },
    life: fixed.life,
    driver,
    done: doneOf(context, hook),
    emit,
    signal: fixed.signal,
    services: world.services,
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function doneOf(context: TaskContext, hook: string): HookContext['done'] {
  const mine = () => context.record().hooks[hook] ?? {};
  return {
    get: (key) => mine()[key],
    async set(key, value) {
      if (mine()[key] === value) return;
      await context.commit({ hooks: { ...context.record().hooks, [hook]: { ...mine(), [key]: value } } });
    },
  };
}
