import { createInterface } from 'node:readline/promises';
import { type Diagnostic, evaluate, hasErrors, parseExpression, type Scope } from '@shoal/hcl';
import { readScope } from '../../jobspec/parse/job-scope.ts';
import { defineCommand } from '../command.ts';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { JOB_FILE_FLAGS, jobFileInput } from '../job-file.ts';
import { diagnosticFrames } from '../show/diagnostic-frames.ts';
import { hclValue } from '../show/hcl-value.ts';

const { json: _json, ...FLAGS } = JOB_FILE_FLAGS;

export const command = defineCommand({
  usage: '[flags] [FILE]',
  description: `Evaluates expressions as a job file does, one on each line: with functions, and with the variables and locals of FILE if
there is one. On a terminal it asks for one after another ("exit" ends it); else they come from the standard input, and it
ends with 1 if one of them has no value.`,
  args: [0, 1],
  flags: FLAGS,
  examples: ['console', 'console -var count=3 web.nomad.hcl', 'console web.nomad.hcl < expressions.txt'],
  async run({ flags, args, io, env }) {
    const scope = await scopeFor(args[0], { flags: { ...flags, json: undefined }, io, env });
    return io.live && process.stdin.isTTY ? converse(scope, io) : evaluateLines(scope, io);
  },
});

type Surroundings = Omit<Parameters<typeof jobFileInput>[0], 'path'>;

async function scopeFor(path: string | undefined, given: Surroundings): Promise<Scope> {
  if (path === '-') throw new CommandError('the standard input holds the expressions: name the job file by its path');
  if (path === undefined) return readScope('', { filename: 'none' }).scope;
  const { source, options, sources } = await jobFileInput({ path, ...given });
  const { scope, diagnostics } = readScope(source, options);
  if (diagnostics.length > 0) given.io.err(`${diagnosticFrames(diagnostics, sources, given.io)}\n`);
  return scope;
}

async function evaluateLines(scope: Scope, io: Io): Promise<number> {
  const lines = (await io.input()).toString('utf8').split(/\r?\n/);
  const results = lines.filter((line) => line.trim() !== '').map((line) => tell(line, scope, io));
  return results.every(Boolean) ? 0 : 1;
}

async function converse(scope: Scope, io: Io): Promise<number> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' });
  terminal.prompt();
  for await (const line of terminal) {
    if (line.trim() === 'exit') break;
    if (line.trim() !== '') tell(line, scope, io);
    terminal.prompt();
  }
  terminal.close();
  return 0;
}

/** Prints the value of an expression, or why it has none. */
function tell(line: string, scope: Scope, io: Io): boolean {
  const { expression, diagnostics } = parseExpression(line, 'expression');
  const found: Diagnostic[] = [...diagnostics];
  const result = expression && !hasErrors(found) ? evaluate(expression, scope) : undefined;
  found.push(...(result?.diagnostics ?? []));
  if (found.length > 0) io.err(diagnosticFrames(found, new Map([['expression', line]]), io));
  if (result && !hasErrors(found)) io.out(`${hclValue(result.value)}\n`);
  return !hasErrors(found);
}
