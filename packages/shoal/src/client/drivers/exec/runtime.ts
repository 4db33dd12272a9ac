import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Bundle } from './bundle.ts';

/**
 * The programs that do it: runc (https://github.com/opencontainers/runc) makes containers, conmon (https://github.com/containers/conmon) is the parent of each one's process, a
 * tenth of the size of a `runc run`, and keeps its exit code when nobody is there to take it.
 */
export type Runtime = {
  /** The keeper, see `Keeper` in supervisor/protocol.ts. */
  keeper(
    bundle: Bundle,
    how: { noPivotRoot: boolean },
  ): { command: string; args: string[]; env: Record<string, string> };
  begin(bundle: Bundle): { command: string; args: string[] };
  /** A command in the container, with the task's user, variables and folder, and a mark. `terminal`: what kind of one it is to have. */
  exec(
    bundle: Bundle,
    command: readonly string[],
    how: { mark: string; terminal?: string | undefined },
  ): {
    command: string;
    args: string[];
  };
  /** Ends what is left of the container and removes it; nothing if it is gone. */
  remove(bundle: Bundle): Promise<void>;
};

export type Programs = { runc: string; conmon: string };

const run = promisify(execFile);
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `state`: where runc keeps what it knows of its containers. */
export function createRuntime({ runc, conmon }: Programs, state: string, markName: string): Runtime {
  const root = `--root=${state}`;
  return {
    keeper: ({ container, dir, exitDir, pidFile, log }, { noPivotRoot }) => ({
      command: conmon,
      args: [
        ...['--api-version', '1', '--cid', container, '--cuuid', container, '--name', container],
        ...['--runtime', runc, '--bundle', dir, '--container-pidfile', pidFile, '--exit-dir', exitDir],
        // The task has the supervisor's pipes themselves: nothing is copied.
        ...['--log-path', 'passthrough:', '--sync', '--full-attach', '--log-level', 'error'],
        ...(noPivotRoot ? ['--no-pivot'] : []),
        ...[root, `--log=${log}`, '--log-format=json'].flatMap((arg) => ['--runtime-arg', arg]),
      ],
      env: { PATH: USUAL_PATH, _OCI_SYNCPIPE: '3' },
    }),
    begin: ({ container }) => ({ command: runc, args: [root, 'start', container] }),
    exec: ({ container }, command, { mark, terminal }) => ({
      command: runc,
      args: [
        ...[
          root,
          'exec',
          ...(terminal === undefined ? [] : ['--tty', '--env', `TERM=${terminal}`]),
          '--env',
          `${markName}=${mark}`,
          container,
        ],
        ...command,
      ],
    }),
    async remove({ container }) {
      await run(runc, [root, 'delete', '--force', container]);
    },
  };
}

/** Looks for a program where root finds it. */
export function findInPath(name: string, searchPath: string): string | undefined {
  const folders = `${searchPath}${delimiter}${USUAL_PATH}`.split(delimiter).filter((folder) => folder.startsWith('/'));
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
