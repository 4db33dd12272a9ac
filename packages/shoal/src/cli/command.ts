import type { FlagSpecs, FlagValues } from './flags.ts';
import type { Io } from './io.ts';

/** Each file of `commands/` exports one, as `command`. */
export type Command<F extends FlagSpecs = FlagSpecs> = {
  /** What follows the command's name: `[flags] FILE`. */
  readonly usage: string;
  /** Sentences for help. Lines are shown as they are. */
  readonly description: string;
  /** Least and greatest number of arguments. */
  readonly args: readonly [number, number];
  readonly flags: F;
  /** Lines without the program's name: `job run web.nomad`. */
  readonly examples: readonly string[];
  /** Exit code of a failure. Default: 1. */
  readonly failureCode?: number;
  /** From the first argument on nothing is a flag. */
  readonly argsLast?: boolean;
  /** Answers with the exit code. What it throws is told the user, and ends with 1. */
  run(call: Call<F>): Promise<number>;
};

export type Env = Readonly<Record<string, string | undefined>>;

export type Call<F extends FlagSpecs = FlagSpecs> = {
  readonly flags: FlagValues<F>;
  readonly args: readonly string[];
  readonly io: Io;
  readonly env: Env;
  /** How the program was called: `shoal`, `nomad` or `consul`. */
  readonly program: string;
  /** All that the program can be told. */
  readonly vocabulary: Vocabulary;
};

/** A command before it is loaded. */
export type Entry = {
  readonly summary: string;
  /** Whose command it is: under a link named `nomad` or `consul` only that tool's are there. */
  readonly of: 'nomad' | 'consul' | 'both' | 'shoal';
  readonly load: () => Promise<{ readonly command: Command }>;
};

export type Alias = { readonly of: Entry['of']; readonly to: string };

/** A program's commands by their words, and what its shorter words stand for. */
export type Vocabulary = {
  readonly commands: Readonly<Record<string, Entry>>;
  readonly aliases: ReadonlyMap<string, string>;
};

/** Gives a command the types of its own flags. */
export function defineCommand<const F extends FlagSpecs>(command: Command<F>): Command<F> {
  return command;
}
