import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The wall clock of programs that a test starts, which it sets while they run. Their monotonic clock goes on, as when an administrator sets the time. */
export type SettableClock = {
  /** What a program needs in its environment to go by this clock. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds from the machine's own clock. */
  set(offset: number): void;
};

/** `folder`: for the file that says what time it is. By the library of Debian's package `faketime`. */
export function settableClock(folder: string): SettableClock {
  const file = join(folder, 'clock');
  const set = (offset: number) => {
    writeFileSync(`${file}.new`, offset < 0 ? String(offset) : `+${offset}`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  return {
    env: {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    set,
  };
}

function library(): string {
  const found = readdirSync('/usr/lib')
    .map((name) => join('/usr/lib', name, 'faketime/libfaketimeMT.so.1'))
    .find((path) => existsSync(path));
  if (!found) throw new Error('this test sets the clock of agents by libfaketime: install the package faketime');
  return found;
}
