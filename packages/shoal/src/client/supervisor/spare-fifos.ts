import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from './errors.ts';
import { makeFifos } from './fifo.ts';

/** Named pipes made ahead, many by one run of `mkfifo`: a run of its own would take each task as long as the start of its process. */
export type SpareFifos = {
  /** Puts new pipes at these paths, whatever is there now. Throws what `mkfifo` complains of. */
  place(paths: readonly string[]): Promise<void>;
};

const BATCH = 64;
const FEW = 16;

/** `dir` is theirs alone; what an earlier supervisor left there is removed. */
export function openSpareFifos(dir: string): SpareFifos {
  rmSync(dir, { recursive: true, force: true });
  const spare: string[] = [];
  let made = 0;
  let making: Promise<void> | undefined;

  const makeMore = (): Promise<void> => {
    making ??= makeBatch().finally(() => {
      making = undefined;
    });
    return making;
  };
  const makeBatch = async (): Promise<void> => {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const names = Array.from({ length: BATCH }, () => join(dir, String(made++)));
    await makeFifos(names);
    spare.push(...names);
  };
  return {
    async place(paths) {
      while (spare.length < paths.length) await makeMore();
      const taken = spare.splice(0, paths.length);
      // Who comes next finds some; if that fails it is told who needs them.
      if (spare.length < FEW) makeMore().catch(() => {});
      const left = paths.filter((path, index) => !moved(taken[index] as string, path));
      if (left.length > 0) await makeFifos(left);
    },
  };
}

/** False if the pipe is gone, or the place is on another file system: it has to be made there. */
function moved(from: string, to: string): boolean {
  rmSync(to, { force: true, recursive: true });
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EXDEV') rmSync(from, { force: true });
    return false;
  }
}
