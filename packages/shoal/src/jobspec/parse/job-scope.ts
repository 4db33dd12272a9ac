import {
  type Absence,
  type Block,
  type Diagnostic,
  type FileAccess,
  FunctionError,
  fileFunctions,
  type HclFunction,
  parse,
  content as readContent,
  type Scope,
  standardFunctions,
  stringType,
  stringValue,
} from '@shoal/hcl';
import type { Reading } from './context.ts';
import { parseFirstVersion } from './first-version.ts';
import { readLocals, withLocals } from './locals.ts';
import { readVariables, type VariableInput } from './variables.ts';

export type ParseOptions = VariableInput & {
  /** As messages name the file. */
  filename: string;
  /** What `file("…")` and its like may read; without it they are refused, as servers refuse them. */
  files?: FileAccess;
  /** The file is in the first version of HCL. */
  firstVersion?: boolean;
};

/** What a job file may hold. */
export const TOP_LEVEL = {
  attributes: [],
  blocks: [
    { type: 'job', labels: ['name'] },
    { type: 'variable', labels: ['name'] },
    { type: 'variables', labels: [] },
    { type: 'locals', labels: [] },
  ],
} as const;

/** More than any job file takes, for all its expressions together. */
const MAX_EVALUATIONS = 2_000_000;

/** What the expressions of a job file may name: its variables and locals, and functions. */
export function scopeOf(blocks: readonly Block[], options: ParseOptions, reading: Reading): Scope {
  const ofType = (type: string) => blocks.filter((block) => block.type === type);
  const variables = readVariables({ variable: ofType('variable'), variables: ofType('variables') }, options, reading);
  const outer: Scope = {
    variables: new Map([['var', variables]]),
    functions: new Map([...standardFunctions, ...filesFor(options.files)]),
    absent,
    unresolved: (_traversal, text) => stringValue(`\${${text}}`),
    budget: { left: MAX_EVALUATIONS },
  };
  return withLocals(outer, readLocals(ofType('locals'), outer, reading));
}

function absent(variable: string, name: string): Absence | undefined {
  switch (variable) {
    case 'var':
      return { detail: `The variable "${name}" is not declared.`, remedy: `declare it: variable "${name}" {}` };
    case 'local':
      return { detail: `There is no local value "${name}".`, remedy: `define it: locals { ${name} = … }` };
    default:
      return undefined;
  }
}

/** The same for a file whose job does not matter, and need not be there. */
export function readScope(source: string, options: ParseOptions): { scope: Scope; diagnostics: Diagnostic[] } {
  const { body, diagnostics } = options.firstVersion
    ? parseFirstVersion(source, options.filename)
    : parse(source, options.filename);
  const found = readContent(body, TOP_LEVEL);
  const reading: Reading = { diagnostics: [...diagnostics, ...found.diagnostics], origins: new WeakMap() };
  return { scope: scopeOf(found.blocks, options, reading), diagnostics: reading.diagnostics };
}

function filesFor(access: FileAccess | undefined): ReadonlyMap<string, HclFunction> {
  return access ? fileFunctions(access) : new Map(FILE_FUNCTIONS.map((name) => [name, refused]));
}

/** All that look at the file system, or at paths in it: a server's files are nobody's business. */
const FILE_FUNCTIONS = ['abspath', 'basename', 'dirname', 'file', 'filebase64', 'fileexists', 'fileset', 'pathexpand'];

const refused: HclFunction = {
  kind: 'eager',
  params: [],
  variadic: { name: 'path', type: stringType },
  call: () => {
    throw new FunctionError('filesystem function disabled');
  },
};
