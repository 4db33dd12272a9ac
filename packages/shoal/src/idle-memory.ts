import { getHeapStatistics } from 'node:v8';

/**
 * Gives memory back after a burst of work. V8 collects when it needs room, not when nothing more comes: what a burst made, and the young generation
 * that grew under it, would stay for hours in a process that idles from then on.
 */
export type IdleMemory = { stop(): void };

export type IdleMemoryDeps = {
  /** What V8 holds of the machine, in bytes. */
  heapBytes(): number;
  /** How much of a processor was used since it was last asked; 1 is all of one. */
  utilization(): number;
  /** Asks for a collection. */
  collect(): void;
};

const LOOK_EVERY_MS = 10_000;
/** Above this share the process works, and V8 knows best. */
const IDLE_BELOW = 0.05;
const WORTH_BYTES = 4 * 1024 * 1024;
/** The first one finds the garbage; V8 lets go of what it holds when it sees that little was allocated lately, at a later one. */
const TRIES = 3;
/** Then it has to have grown anew, and this many looks have to have passed: a collection costs some ten milliseconds. */
const REST_LOOKS = 3;

/** Decides at each look; see `keepMemoryLow` for the looking. Pure but for its memory of what was. */
export function createIdleMemory({ heapBytes, utilization, collect }: IdleMemoryDeps): { look(): void } {
  let floor = 0;
  let tries = 0;
  let rest = 0;
  return {
    look() {
      rest = Math.max(0, rest - 1);
      if (utilization() > IDLE_BELOW) {
        // A burst in between: what it holds at its end is not what is needed.
        if (tries > 0) rest = REST_LOOKS;
        tries = 0;
        return;
      }
      const held = heapBytes();
      if (held > floor + Math.max(WORTH_BYTES, floor / 8) && tries < TRIES) {
        if (tries === 0 && rest > 0) return;
        tries += 1;
        return collect();
      }
      if (tries > 0) rest = REST_LOOKS;
      floor = tries > 0 ? held : Math.min(floor, held);
      tries = 0;
    },
  };
}

/** Looks after this process until it is stopped. Does not keep it alive. */
export function keepMemoryLow(): IdleMemory {
  let last = { at: performance.now(), cpu: process.cpuUsage() };
  const memory = createIdleMemory({
    heapBytes: () => getHeapStatistics().total_heap_size,
    utilization() {
      // By time used, not by the clock: on a busy machine an event loop that waits for its turn seems to be at work.
      const now = { at: performance.now(), cpu: process.cpuUsage() };
      const { user, system } = process.cpuUsage(last.cpu);
      const wallMs = now.at - last.at;
      last = now;
      return (user + system) / 1000 / wallMs;
    },
    collect: askForCollection,
  });
  const timer = setInterval(memory.look, LOOK_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

const UNTOUCHED_BYTES = 256 * 1024 * 1024;

/**
 * V8 begins an incremental collection, in small steps, when memory outside of its heap grows: so it is shown a buffer. Nobody touches it, so it is
 * address space and no memory. (`gc()` would stop everything for a whole collection, and give nothing back.)
 */
export function askForCollection(): void {
  try {
    new ArrayBuffer(UNTOUCHED_BYTES);
  } catch {
    // Address space is limited here: then it stays as it is.
  }
}
