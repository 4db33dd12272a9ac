import { isAlive } from './proc.ts';

/** Watches processes that are not our children: nothing tells us of their end but a look. */
export type AdoptedWatch = {
  /** Calls back once, when that very process is gone. */
  watch(pid: number, startTicks: number, onEnd: () => void): void;
};

const LOOK_EVERY_MS = 200;
/** A look at the start time costs ten times a `kill(pid, 0)`; it finds zombies that nobody collects, and reused numbers. */
const THOROUGH_EVERY = 5;

/** No timer runs while there is nothing to watch. */
export function createAdoptedWatch(): AdoptedWatch {
  const watched = new Map<number, { startTicks: number; onEnd(): void }>();
  let timer: NodeJS.Timeout | undefined;
  let round = 0;

  const look = (): void => {
    round += 1;
    const thorough = round % THOROUGH_EVERY === 0;
    for (const [pid, { startTicks, onEnd }] of watched) {
      if (thorough ? isAlive(pid, startTicks) : exists(pid)) continue;
      watched.delete(pid);
      onEnd();
    }
    if (watched.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    watch(pid, startTicks, onEnd) {
      watched.set(pid, { startTicks, onEnd });
      timer ??= setInterval(look, LOOK_EVERY_MS);
    },
  };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
