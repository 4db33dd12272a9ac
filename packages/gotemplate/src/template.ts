import { builtins } from './builtins/index.ts';
import { joined } from './bytes.ts';
import { TemplateError, type TemplatePhase } from './errors.ts';
import { execute } from './execute.ts';
import type { Evaluation, MissingKey } from './expressions.ts';
import { type FunctionSet, joinFunctions } from './functions.ts';
import type { Definitions } from './nodes.ts';
import { parse } from './parser.ts';
import { MAX_TEXT } from './text-limit.ts';

export type CompileOptions = {
  /** Name in error messages, and what `{{template}}` calls the whole source by. Default `template`. */
  readonly name?: string;
  /** Plug-in functions, later sets first in rank; the built-in ones are always there. */
  readonly functions?: FunctionSet | readonly FunctionSet[];
  /** Default `{{`. */
  readonly leftDelim?: string;
  /** Default `}}`. */
  readonly rightDelim?: string;
  /** A missing map key: `default` prints `<no value>`, `zero` is the element type's zero, `error` fails. */
  readonly missingKey?: MissingKey;
  /** What one rendering may cost. A template of somebody else's must not hold up the program. */
  readonly limits?: Partial<Limits>;
};

export type Limits = {
  /** Statements that are run, turns of loops included. Default 10 million. */
  readonly steps: number;
  /** Characters of the whole text, and of any text that a function makes. Default 64 Mi. */
  readonly characters: number;
};

const LIMITS: Limits = { steps: 10_000_000, characters: MAX_TEXT };

/** A template that was read without error: renders any number of times, keeps nothing between. */
export type Template = {
  readonly name: string;
  /** Names of everything it defines, its own included. */
  readonly templates: readonly string[];
  /** @throws TemplateError with phase `exec` */
  readonly render: (data?: unknown) => string;
  /** Runs one of `templates` by its name. @throws TemplateError as above */
  readonly renderNamed: (name: string, data?: unknown) => string;
};

/**
 * Reads a Go template.
 *
 * @throws TemplateError with phase `parse`
 */
export function compile(source: string, options: CompileOptions = {}): Template {
  const name = options.name ?? 'template';
  const sets = options.functions === undefined ? [] : [options.functions].flat();
  const functions = joinFunctions([builtins, ...sets]);
  const delimiters = { left: options.leftDelim || '{{', right: options.rightDelim || '}}' };
  const definitions = bounded('parse', name, () =>
    parse(source, { name, delimiters, functions: new Set(functions.keys()) }),
  );
  const limits = { ...LIMITS, ...options.limits };
  const missingKey = options.missingKey ?? 'default';
  const evaluationOf = evaluations(source, { functions, missingKey, maxText: limits.characters });
  const renderNamed = (named: string, data?: unknown): string => {
    if (!definitions.has(named)) throw evaluationOf(name).fail(0, `no template ${JSON.stringify(named)} in it`);
    return bounded('exec', named, () => run(named, data, { definitions, evaluationOf, limits }));
  };
  return { name, templates: [...definitions.keys()], render: (data) => renderNamed(name, data), renderNamed };
}

/** So many pieces of text become one at a time, while they are new: the collector of garbage has little to keep. */
const PIECES = 512;

type Compiled = { definitions: Definitions; evaluationOf: (name: string) => Evaluation; limits: Limits };

function run(name: string, data: unknown, { definitions, evaluationOf, limits }: Compiled): string {
  const parts: string[] = [];
  let pieces: string[] = [];
  let characters = 0;
  let steps = 0;
  const write = (text: string): void => {
    characters += text.length;
    if (pieces.push(text) < PIECES) return;
    parts.push(pieces.join(''));
    pieces = [];
  };
  const step = (offset: number, on: Evaluation): void => {
    steps += 1;
    if (steps > limits.steps) throw on.fail(offset, `it takes more than ${limits.steps} steps`);
    if (characters > limits.characters) {
      throw on.fail(offset, `its text is longer than ${limits.characters} characters`);
    }
  };
  execute(name, data, { definitions, evaluationOf, write, step });
  return joined(parts.join('') + pieces.join(''));
}

/** A template that is nested deeper than the stack is an error of the template, not of the program. */
function bounded<T>(phase: TemplatePhase, name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError) || !error.message.includes('call stack')) throw error;
    throw new TemplateError(phase, { name, line: 1, column: 0 }, 'it is nested too deeply', { cause: error });
  }
}

function evaluations(source: string, shared: Omit<Evaluation, 'fail'>) {
  return (name: string): Evaluation => ({
    ...shared,
    fail: (offset, reason, cause, remedy) =>
      new TemplateError('exec', { name, ...placeOf(source, offset) }, reason, { cause, remedy }),
  });
}

function placeOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Buffer.byteLength(before.slice(lineStart)) };
}
