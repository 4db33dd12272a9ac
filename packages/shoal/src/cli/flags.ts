import { UsageError } from './errors.ts';

/** A flag as help shows it and the parser reads it. The key in the table of flags is its name, without hyphens. */
export type FlagSpec = {
  /** `texts` may be given several times; of the others the last one counts. */
  readonly kind: 'bool' | 'text' | 'number' | 'texts';
  readonly help: string;
  /** What stands for the value in help. */
  readonly value?: string;
  /** Other names that mean the same. */
  readonly also?: readonly string[];
  /** Environment variable that gives the value where the command line does not. */
  readonly env?: string;
  /** Heading in help. Default: Flags. */
  readonly group?: string;
  /** Taken, but not shown in help. */
  readonly hidden?: boolean;
};

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

/** What was given; `undefined` (or an empty list) where nothing was. */
export type FlagValues<F extends FlagSpecs> = { readonly [Name in keyof F]: FlagValue<F[Name]['kind']> };

type FlagValue<K extends FlagSpec['kind']> = K extends 'bool'
  ? boolean | undefined
  : K extends 'number'
    ? number | undefined
    : K extends 'texts'
      ? readonly string[]
      : string | undefined;

export type Parsed<F extends FlagSpecs> = {
  readonly flags: FlagValues<F>;
  readonly args: readonly string[];
  /** `-h`, `-help` or `--help` was among them: the rest does not matter. */
  readonly help: boolean;
};

type ParseOptions = {
  /** From the first argument on nothing is a flag: for commands whose arguments may begin with a hyphen. */
  readonly argsLast?: boolean;
};

/**
 * Go's rules (package flag): `-x` is `--x`; `-x=v` is `-x v`, except for booleans, whose value needs `=`; `--` ends the flags. Beyond Go's, flags
 * may also stand after arguments. Throws UsageError.
 */
export function parseFlags<F extends FlagSpecs>(
  specs: F,
  words: readonly string[],
  options: ParseOptions = {},
): Parsed<F> {
  const names = namesOf(specs);
  const values: Record<string, unknown> = {};
  const args: string[] = [];
  let help = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '--') {
      args.push(...words.slice(at + 1));
      break;
    }
    if (!isFlag(word, names) || (options.argsLast && args.length > 0)) {
      args.push(word);
      continue;
    }
    const { name, value } = split(word);
    const key = names.get(name);
    if (key === undefined && (name === 'h' || name === 'help')) help = true;
    else if (key === undefined) throw unknownFlag(name, names);
    else {
      const spec = specs[key] as FlagSpec;
      const needsWord = value === undefined && spec.kind !== 'bool';
      const given = needsWord ? words[++at] : (value ?? 'true');
      if (given === undefined) throw new UsageError(`flag -${name} needs a value`);
      take(values, key, spec, given);
    }
  }
  for (const [key, spec] of Object.entries(specs)) if (spec.kind === 'texts') values[key] ??= [];
  return { flags: values as FlagValues<F>, args, help };
}

/** Every name of every flag, with the key of its flag. */
export function namesOf(specs: FlagSpecs): Map<string, string> {
  return new Map(
    Object.entries(specs).flatMap(([key, { also = [] }]) =>
      [key, ...also].map((name): [string, string] => [name, key]),
    ),
  );
}

/** A lone hyphen is an argument (standard input), and so is a negative number. */
function isFlag(word: string, names: ReadonlyMap<string, string>): boolean {
  if (!word.startsWith('-') || word === '-') return false;
  return !/^-\d/.test(word) || names.has(split(word).name);
}

function split(word: string): { name: string; value: string | undefined } {
  const [, name = '', value] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  return { name, value };
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

function take(values: Record<string, unknown>, key: string, { kind }: FlagSpec, given: string): void {
  switch (kind) {
    case 'text':
      values[key] = given;
      return;
    case 'texts':
      values[key] = [...((values[key] as string[] | undefined) ?? []), given];
      return;
    case 'bool':
      if (!TRUE.has(given) && !FALSE.has(given)) throw new UsageError(`flag -${key} is true or false, not "${given}"`);
      values[key] = TRUE.has(given);
      return;
    case 'number':
      if (!/^[+-]?\d+$/.test(given)) throw new UsageError(`flag -${key} needs a whole number, not "${given}"`);
      values[key] = Number(given);
      return;
  }
}

function unknownFlag(name: string, names: ReadonlyMap<string, string>): UsageError {
  return new UsageError(`unknown flag -${name}`, { unknown: { word: name, known: [...names.keys()], prefix: '-' } });
}
