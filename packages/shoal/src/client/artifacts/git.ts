import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactError } from '../errors.ts';
import { refuseLinksOut, sizeOf } from './links.ts';
import { endOfProgram, killProgram, startProgram } from './program.ts';
import type { ArtifactSettings } from './settings.ts';
import type { GitOptions } from './source.ts';

export type GitFetch = {
  url: string;
  git: GitOptions;
  /** Whoever the server says it is. */
  insecure: boolean;
  /** An empty folder, to clone into. */
  into: string;
  /** For what is not to be in the clone. */
  workplace: string;
  settings: ArtifactSettings;
  signal: AbortSignal;
};

/** Clones a repository with its submodules, at the wanted branch, tag or commit. Throws `ArtifactError`. */
export async function cloneRepository(fetch: GitFetch): Promise<void> {
  const { git, into } = fetch;
  const run = await runner(fetch);
  const depth = git.depth > 0 ? ['--depth', String(git.depth)] : [];
  if (git.ref === '') await run(['clone', '--quiet', ...depth, '--', fetch.url, into]);
  else if (git.depth > 0) await fetchShallow(run, fetch, git.ref);
  else {
    await run(['clone', '--quiet', '--no-checkout', '--', fetch.url, into]);
    await run(['checkout', '--quiet', git.ref]);
  }
  const modules = await lstat(join(into, '.gitmodules')).catch(() => undefined);
  if (modules?.isFile()) await run(['submodule', '--quiet', 'update', '--init', '--recursive', ...depth], into);
  await refuseLinksOut(into);
  const { maxUnpackedBytes } = fetch.settings;
  if ((await sizeOf(into)) > maxUnpackedBytes) {
    throw new ArtifactError(`it is larger than the allowed ${maxUnpackedBytes} bytes`, { recoverable: false });
  }
}

type Run = (args: readonly string[], cwd?: string) => Promise<void>;

/** Only the wanted commit: a server need not hand out commits that are neither branch nor tag; then all is fetched. */
async function fetchShallow(run: Run, { git, into, url }: GitFetch, ref: string): Promise<void> {
  await run(['init', '--quiet', into]);
  await run(['remote', 'add', 'origin', url], into);
  try {
    await run(['fetch', '--quiet', '--depth', String(git.depth), 'origin', ref], into);
    await run(['checkout', '--quiet', '--detach', 'FETCH_HEAD'], into);
  } catch (error) {
    if (!/^[0-9a-f]{7,40}$/i.test(ref)) throw error;
    await run(['fetch', '--quiet', 'origin', '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'], into);
    await run(['checkout', '--quiet', '--detach', ref], into);
  }
}

/** Never asks anybody, runs no hook, and has nothing of the agent's environment but what it takes to reach a server. */
async function runner(fetch: GitFetch): Promise<Run> {
  const { insecure, into, settings, signal } = fetch;
  const env = { ...inherited(), GIT_TERMINAL_PROMPT: '0', GIT_SSH_COMMAND: await sshCommand(fetch), LC_ALL: 'C' };
  const careful = ['-c', 'core.hooksPath=/dev/null', '-c', 'protocol.ext.allow=never'];
  if (insecure) careful.push('-c', 'http.sslVerify=false');
  const deadline = AbortSignal.timeout(settings.gitTimeoutMs);
  const over = AbortSignal.any([signal, deadline]);
  return async (args, cwd = into) => {
    over.throwIfAborted();
    const child = await startProgram('git', [...careful, ...args], { cwd, env });
    const kill = () => killProgram(child);
    over.addEventListener('abort', kill, { once: true });
    child.stdin.end();
    child.stdout.resume();
    const failure = await endOfProgram(child).finally(() => over.removeEventListener('abort', kill));
    signal.throwIfAborted();
    if (deadline.aborted) {
      throw new ArtifactError(`git took longer than ${settings.gitTimeoutMs / 1000} s`, { recoverable: true });
    }
    if (failure !== undefined) throw new ArtifactError(`git: ${failure}`, { recoverable: true });
  };
}

function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
  const found = names.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The key is a file that only the agent may read, and is gone with the workplace. */
async function sshCommand({ git, workplace }: GitFetch): Promise<string> {
  const quiet = 'ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new';
  if (git.sshKey === '') return quiet;
  const key = Buffer.from(git.sshKey, 'base64').toString();
  if (!key.includes('PRIVATE KEY')) {
    throw new ArtifactError('the option "sshkey" is not a private key in base64', { recoverable: false });
  }
  const folder = join(workplace, 'ssh');
  await mkdir(folder, { mode: 0o700 });
  const path = join(folder, 'key');
  await writeFile(path, key.endsWith('\n') ? key : `${key}\n`, { mode: 0o600 });
  return `${quiet} -o IdentitiesOnly=yes -i '${path.replaceAll("'", "'\\''")}'`;
}
