import { basename } from 'node:path';
import type { Entry, Env } from './command.ts';
import { UsageError } from './errors.ts';
import { parseFlags } from './flags.ts';
import { type Io, withoutColor } from './io.ts';
import { type ProgramName, resolveCommand, vocabularyOf } from './resolve-command.ts';

export type World = { readonly io: Io; readonly env: Env };

/** The whole program: finds the command, runs it, and tells what goes wrong. Answers with the exit code. */
export async function runProgram(argv: readonly string[], world: World): Promise<number> {
  const program = programOf(argv[1] ?? '');
  const target = resolveCommand(program, argv.slice(2));
  switch (target.kind) {
    case 'command':
      return runCommand(program, target, world);
    case 'help': {
      const { groupHelp } = await import('./help.ts');
      const text = groupHelp(program, target.group, world.io.paint);
      if (target.asked) world.io.out(text);
      else world.io.err(text);
      if (target.asked) return 0;
      // Consul's and Nomad's programs take no word at all for a command that they do not know.
      return target.group === '' && program !== 'shoal' ? UNKNOWN_COMMAND : 1;
    }
    case 'unknown': {
      const { words: word, known } = target;
      const unknown = { word, known, prefix: `${program} ` };
      const error = new UsageError(`there is no command "${program} ${word}"`, { unknown, exitCode: UNKNOWN_COMMAND });
      return fail(error, program, world.io);
    }
  }
}

/** As the peers' programs (and shells) say it. */
const UNKNOWN_COMMAND = 127;

/** The name that the program was started by: a link named `nomad` or `consul` makes it that tool. */
function programOf(path: string): ProgramName {
  const name = basename(path).replace(/\.(m?js|exe)$/, '');
  return name === 'nomad' || name === 'consul' ? name : 'shoal';
}

type Found = { name: string; entry: Entry; words: readonly string[] };

async function runCommand(program: ProgramName, { name, entry, words }: Found, world: World): Promise<number> {
  const { io, env } = world;
  let failureCode: number | undefined;
  try {
    const { command } = await entry.load();
    failureCode = command.failureCode;
    const { flags, args, help } = parseFlags(command.flags, words, { argsLast: command.argsLast === true });
    if (help) {
      const { commandHelp } = await import('./help.ts');
      io.out(commandHelp(program, name, command, io.paint));
      return 0;
    }
    checkCount(args, command.args, command.usage);
    const own = flags['no-color'] ? withoutColor(io) : io;
    return await command.run({ flags, args, io: own, env, program, vocabulary: vocabularyOf(program) });
  } catch (error) {
    const code = await fail(error, `${program} ${name}`, io);
    return failureCode ?? code;
  }
}

async function fail(error: unknown, name: string, io: Io): Promise<number> {
  const { tellFailure } = await import('./failure.ts');
  return tellFailure(error, name, io);
}

function checkCount(args: readonly string[], [least, most]: readonly [number, number], usage: string): void {
  if (args.length < least) throw new UsageError(`an argument is missing: ${usage}`);
  if (args.length > most)
    throw new UsageError(
      most === 0 ? `"${args[0]}" is too much: there are no arguments` : `"${args[most]}" is too much: ${usage}`,
    );
}
