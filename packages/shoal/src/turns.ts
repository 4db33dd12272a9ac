/** Longest that one turn of the event loop is kept busy by these, in milliseconds; a task that takes longer by itself ends the turn. */
const BUDGET_MS = 2;

/** When this turn's share is used up; 0 before its first task. There is one event loop, so there is one share of it. */
let over = 0;
let waiting: (() => void)[] = [];
let first = 0;

/**
 * Shares the event loop: tasks run soon and in order, so many of them per turn as fit into a few milliseconds. A thousand of them at once (waiters that
 * one write wakes, requests that came together) then hold up nothing else, such as a DNS answer. A task must not throw.
 */
export function inTurn(task: () => void): void {
  waiting.push(task);
  setImmediate(step);
}

/** Resolves when the caller may go on. */
export function nextTurn(): Promise<void> {
  return new Promise(inTurn);
}

/** One step for each task, so that what a task resolved has run when the time is looked at again. */
function step(): void {
  const now = performance.now();
  if (over === 0) {
    over = now + BUDGET_MS;
    setImmediate(endTurn);
  }
  if (now < over) take()();
  else setImmediate(step);
}

/** Runs before the steps that had no time in the last turn. */
function endTurn(): void {
  over = 0;
}

function take(): () => void {
  const task = waiting[first] as () => void;
  first += 1;
  if (first === waiting.length) {
    waiting = [];
    first = 0;
  }
  return task;
}
