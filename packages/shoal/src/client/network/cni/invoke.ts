import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { NetworkError } from '../errors.ts';
import { runProgram, systemPath } from '../program.ts';

export type Invocation = {
  command: 'ADD' | 'CHECK' | 'DEL';
  /** The plugin's program. */
  type: string;
  /** Folders in which plugins are, those that it calls itself too. */
  path: readonly string[];
  containerId: string;
  /** The network namespace, as a path. */
  netns: string;
  ifname: string;
  /** `KEY=VALUE;…` */
  args: string;
  input: Record<string, unknown>;
};

/** Runs a plugin, and answers what it printed. Throws `NetworkError` with the plugin's own words. */
export type Invoke = (invocation: Invocation) => Promise<unknown>;

/** The program of a plugin; undefined if there is none. */
export async function findPlugin(path: readonly string[], type: string): Promise<string | undefined> {
  for (const folder of path) {
    const file = join(folder, type);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}

/** The execution protocol (https://www.cni.dev/docs/spec/, section 2): parameters in the environment, JSON on standard input and output. */
export const invokePlugin: Invoke = async ({ command, type, path, containerId, netns, ifname, args, input }) => {
  const file = await findPlugin(path, type);
  if (file === undefined) {
    const where = path.join(', ');
    throw new NetworkError(
      `there is no CNI plugin "${type}" in ${where}: install the CNI plugins (on Debian: containernetworking-plugins), or set cni_path in the client's configuration`,
      { recoverable: false },
    );
  }
  const env = {
    PATH: systemPath(),
    ...{ CNI_COMMAND: command, CNI_CONTAINERID: containerId, CNI_NETNS: netns, CNI_IFNAME: ifname },
    ...{ CNI_ARGS: args, CNI_PATH: path.join(':') },
  };
  const { code, stdout, stderr } = await runProgram(file, [], { env, input: JSON.stringify(input) });
  if (code === 0) return answerOf(stdout, type);
  throw new NetworkError(`the CNI plugin "${type}" failed to ${command}: ${complaintOf(stdout, stderr, code)}`, {
    recoverable: true,
  });
};

function answerOf(stdout: string, type: string): unknown {
  if (stdout.trim() === '') return undefined;
  try {
    return JSON.parse(stdout);
  } catch {
    throw new NetworkError(`the CNI plugin "${type}" printed no JSON: ${stdout.slice(0, 200)}`, { recoverable: true });
  }
}

/** Section 5, "Error": `{ "code": 7, "msg": …, "details": … }`; but what crashes prints what it likes. */
function complaintOf(stdout: string, stderr: string, code: number): string {
  try {
    const { msg, details } = JSON.parse(stdout) as { msg?: string; details?: string };
    if (msg) return details ? `${msg}; ${details}` : msg;
  } catch {
    // Then it is in what it printed.
  }
  return `${stdout} ${stderr}`.trim().slice(-500) || `exit code ${code}`;
}
