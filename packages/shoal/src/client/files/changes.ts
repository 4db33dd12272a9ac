import { type FSWatcher, watch } from 'node:fs';

/** Tells when something in a folder may have changed. */
export type Changes = {
  /** Resolves at the next change since the last call, after `LOOK_EVERY_MS` at the latest, or when aborted. */
  next(signal: AbortSignal): Promise<void>;
  close(): void;
};

/** Where the system cannot watch (its limit is reached, the folder is on a network), the reader looks by itself. */
const LOOK_EVERY_MS = 1000;

export function watchFolder(dir: string): Changes {
  let changed = false;
  let wake = (): void => {};
  const onChange = (): void => {
    changed = true;
    wake();
  };
  const watcher = tryWatch(dir, onChange);
  return {
    next(signal) {
      if (changed || signal.aborted) {
        changed = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = setTimeout(done, LOOK_EVERY_MS);
        function done(): void {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          wake = () => {};
          changed = false;
          resolve();
        }
        signal.addEventListener('abort', done);
        wake = done;
      });
    },
    close: () => watcher?.close(),
  };
}

function tryWatch(dir: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dir, { persistent: false }, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
