import type { Task, TaskState } from '@shoal/api';
import { type EventMaker, leaderTaskDead, mainTasksDead, siblingTaskFailed } from '../task-runner/events.ts';

/**
 * Which task of an allocation may run when (https://developer.hashicorp.com/nomad/docs/job-specification/lifecycle). Pure: from the tasks and
 * their states to what should be opened or ended.
 *
 *   prestart → (prestart sidecars run) → main → poststart (+ sidecars)
 *   all main tasks dead → sidecars are ended → poststop
 */
export type TaskRole = 'prestart' | 'prestart-sidecar' | 'main' | 'poststart' | 'poststart-sidecar' | 'poststop';

export type Tasks = readonly Task[];
export type States = Readonly<Record<string, TaskState>>;

/** Where the task stands in the allocation's life. */
export function roleOf(task: Task): TaskRole {
  const hook = task.Lifecycle?.Hook ?? '';
  const sidecar = task.Lifecycle?.Sidecar ?? false;
  if (hook === 'prestart') return sidecar ? 'prestart-sidecar' : 'prestart';
  if (hook === 'poststart') return sidecar ? 'poststart-sidecar' : 'poststart';
  return hook === 'poststop' ? 'poststop' : 'main';
}

/** Whether a task that has not begun may begin. */
export function mayBegin(task: Task, tasks: Tasks, states: States): boolean {
  const mine = roleOf(task);
  if (mine === 'prestart' || mine === 'prestart-sidecar') return true;
  if (mine === 'main') return prestartDone(tasks, states);
  if (mine === 'poststop') return others(tasks, task).every((other) => isDead(states, other));
  return withRole(tasks, 'main').every((main) => hasStarted(states, main));
}

function prestartDone(tasks: Tasks, states: States): boolean {
  return (
    withRole(tasks, 'prestart').every((task) => isDead(states, task) && !failed(states, task)) &&
    withRole(tasks, 'prestart-sidecar').every((task) => hasStarted(states, task))
  );
}

/** The tasks that have to end because of what happened to others, with the event that tells why. */
export function casualties(tasks: Tasks, states: States): { task: string; event: EventMaker }[] {
  const alive = tasks.filter((task) => !isDead(states, task) && roleOf(task) !== 'poststop');
  const event = reasonToEndAll(tasks, states);
  if (event !== undefined) return alive.map((task) => ({ task: task.Name, event }));
  const main = withRole(tasks, 'main');
  if (main.length === 0 || !main.every((task) => isDead(states, task))) return [];
  const sidecars = alive.filter((task) => roleOf(task).endsWith('sidecar'));
  return sidecars.map((task) => ({ task: task.Name, event: mainTasksDead() }));
}

function reasonToEndAll(tasks: Tasks, states: States): EventMaker | undefined {
  const culprit = tasks.find((task) => isDead(states, task) && failed(states, task) && roleOf(task) !== 'poststop');
  if (culprit !== undefined) return siblingTaskFailed(culprit.Name);
  return tasks.some((task) => task.Leader && isDead(states, task)) ? leaderTaskDead() : undefined;
}

/** The order in which a whole allocation is stopped: its leader, then the main tasks with what follows them, then the sidecars that serve them. */
export function stopOrder(tasks: Tasks): string[][] {
  const rank = (task: Task) => (task.Leader ? 0 : roleOf(task).endsWith('sidecar') ? 2 : 1);
  return [0, 1, 2]
    .map((wanted) =>
      tasks.filter((task) => roleOf(task) !== 'poststop' && rank(task) === wanted).map((task) => task.Name),
    )
    .filter((names) => names.length > 0);
}

/** Whether everything that serves runs: the main tasks, and sidecars of theirs. Then the group's services are announced. */
export function serving(tasks: Tasks, states: States): boolean {
  const needed = tasks.filter((task) => roleOf(task) === 'main' || roleOf(task) === 'prestart-sidecar');
  return needed.length > 0 && needed.every((task) => states[task.Name]?.State === 'running');
}

function withRole(tasks: Tasks, role: TaskRole): Task[] {
  return tasks.filter((task) => roleOf(task) === role);
}

function others(tasks: Tasks, task: Task): Task[] {
  return tasks.filter((other) => other !== task && roleOf(other) !== 'poststop');
}

function isDead(states: States, task: Task): boolean {
  return states[task.Name]?.State === 'dead';
}

function failed(states: States, task: Task): boolean {
  return states[task.Name]?.Failed === true;
}

function hasStarted(states: States, task: Task): boolean {
  const state = states[task.Name];
  return state !== undefined && state.State !== 'pending' && state.StartedAt !== null;
}
