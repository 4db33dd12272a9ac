import type { Allocation } from '@shoal/api';
import type { Env } from '../command.ts';
import { type NOMAD_FLAGS, nomadConnection } from '../connection/nomad.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { FlagSpecs, FlagValues } from '../flags.ts';
import { converse } from './converse.ts';
import { type ExecWanted, openExecSocket } from './exec-socket.ts';

/** What commands take that talk with a program in an allocation. */
export const SESSION_FLAGS = {
  i: { kind: 'bool', help: 'Pass the standard input on; default true' },
  t: { kind: 'bool', help: 'Give the command a terminal; default: if the standard input is one' },
  e: { kind: 'text', value: 'CHARACTER', help: 'What stands before the dot that leaves, or "none"; default ~' },
} as const satisfies FlagSpecs;

type Flags = FlagValues<typeof SESSION_FLAGS> & FlagValues<typeof NOMAD_FLAGS>;

export type SessionMode = { interactive: boolean; terminal: boolean; leaveKey: string | undefined };

/** Throws UsageError. */
export function sessionMode({ i, t, e }: FlagValues<typeof SESSION_FLAGS>): SessionMode {
  const interactive = i ?? true;
  const terminal = t ?? (interactive && process.stdin.isTTY === true);
  if (terminal && !interactive) throw new UsageError('-t needs the standard input: leave out -i=false');
  return { interactive, terminal, leaveKey: leaveKeyOf(e ?? '~') };
}

export type Session = {
  readonly alloc: Allocation;
  readonly task: string;
  readonly command: ExecWanted['command'];
  readonly mode: SessionMode;
};

/** Connects the program with this one's streams until it ends. Answers with its exit code. */
export async function runSession({ alloc, task, command, mode }: Session, flags: Flags, env: Env): Promise<number> {
  const { stdin, stdout, stderr } = process;
  const wanted = { alloc: alloc.ID, task, command, terminal: mode.terminal };
  const socket = await openExecSocket({ ...nomadConnection(flags, env), namespace: alloc.Namespace }, wanted);
  const code = await converse(socket, { input: stdin, output: stdout, errors: stderr }, mode);
  if (code === undefined) throw new CommandError('left before the command ended');
  return code;
}

function leaveKeyOf(given: string): string | undefined {
  if (given === 'none' || given === '') return undefined;
  if (given.length === 1) return given;
  throw new UsageError(`-e takes one character or "none", not "${given}"`);
}
