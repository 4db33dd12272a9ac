import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NetworkError } from './errors.ts';
import { runProgram } from './program.ts';

/** Where `ip netns` looks for them, too (ip-netns(8)): a name is a file there on which the namespace is mounted. */
const FOLDER = '/var/run/netns';

/** statfs(2) of a file that stands for a namespace. */
const NSFS_MAGIC = 0x6e736673;

/** The path of an allocation's network namespace. */
export function namespacePath(allocId: string): string {
  return join(FOLDER, allocId);
}

/** Makes an empty network namespace that stays until it is removed, whoever lives in it. */
export async function makeNamespace(path: string): Promise<void> {
  await removeNamespace(path);
  await mkdir(FOLDER, { recursive: true, mode: 0o755 });
  await writeFile(path, '');
  // unshare(1): a namespace that is given a file is mounted there.
  const { code, stderr } = await run('unshare', [`--net=${path}`, 'true']);
  if (code === 0) return;
  await rm(path, { force: true });
  const isRoot = process.getuid?.() === 0;
  const why = `${stderr.trim() || `exit code ${code}`}${isRoot ? '' : '; the agent must run as root for it'}`;
  throw new NetworkError(`the network namespace ${path} could not be made: ${why}`, { recoverable: isRoot });
}

/** What is gone already is fine. Processes that are in it keep it alive, without a name. */
export async function removeNamespace(path: string): Promise<void> {
  while (await isNamespace(path)) {
    const { code, stderr } = await run('umount', [path]);
    if (code !== 0) {
      throw new NetworkError(`the network namespace ${path} could not be removed: ${stderr.trim()}`, {
        recoverable: true,
      });
    }
  }
  await rm(path, { force: true });
}

/** Whether there is one; after a restart of the machine there is none. */
export async function isNamespace(path: string): Promise<boolean> {
  const found = await statfs(path).catch(() => undefined);
  return found?.type === NSFS_MAGIC;
}

/** util-linux and mount are on every machine that has a package manager; but an image of a container may have been stripped of them. */
async function run(program: string, args: string[]): ReturnType<typeof runProgram> {
  try {
    return await runProgram(program, args);
  } catch (error) {
    const message = `the program "${program}" cannot be run: install util-linux and mount`;
    throw new NetworkError(message, { recoverable: false, cause: error });
  }
}
