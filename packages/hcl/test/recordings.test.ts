import { describe, expect, it } from 'vitest';
import {
  type Body,
  type Diagnostic,
  evaluate,
  parse,
  parseExpression,
  type Range,
  type Scope,
  standardFunctions,
  stringValue,
} from '../src/index.ts';
import { recorded, recordings, variables } from './support/recordings.ts';

type ExpressionCase = { name: string; expr: string; vars?: Record<string, unknown> } & (
  | { error?: never; result: unknown; type: string; text?: string }
  | { error: true; stage: 'parse' | 'eval'; at?: string }
);

function at(range: Range | undefined): string | undefined {
  return range && `${range.start.line}:${range.start.column}`;
}

function failureOf(stage: 'parse' | 'eval', [first]: readonly Diagnostic[], wanted: ExpressionCase) {
  return wanted.error && wanted.at === undefined ? { stage } : { stage, at: at(first?.range) };
}

function run(given: ExpressionCase): unknown {
  const parsed = parseExpression(given.expr, 'case.hcl');
  if (!parsed.expression || parsed.diagnostics.length > 0) return failureOf('parse', parsed.diagnostics, given);
  const scope = { variables: variables(given.vars), functions: standardFunctions };
  const { value, diagnostics } = evaluate(parsed.expression, scope);
  return diagnostics.length > 0 ? failureOf('eval', diagnostics, given) : recorded(value);
}

function wanted(given: ExpressionCase): unknown {
  if (given.error) return given.at === undefined ? { stage: given.stage } : { stage: given.stage, at: given.at };
  const { result, type, text } = given;
  return text === undefined ? { result, type } : { result, type, text };
}

describe.each(['expressions.json', 'functions.json'])('%s', (file) => {
  it.each(recordings<ExpressionCase>(file))('$name: $expr', (given) => {
    expect(run(given)).toEqual(wanted(given));
  });
});

type TreeCase = { name: string; body: string; tree: unknown };

function tree(body: Body, source: string): unknown {
  const scope = { variables: new Map(), functions: standardFunctions };
  const attributes = [...body.attributes.values()].map(({ name, nameRange, expression }) => {
    const { value, diagnostics } = evaluate(expression, scope);
    if (diagnostics.length > 0) return { name, at: at(nameRange), source: sourceOf(expression.range, source) };
    const { result, ...rest } = recorded(value);
    return { name, at: at(nameRange), value: result, ...rest };
  });
  const blocks = body.blocks.map(({ type, labels, typeRange, body: inner }) => {
    return { type, labels, at: at(typeRange), body: tree(inner, source) };
  });
  return { attributes, blocks };
}

function sourceOf({ start, end }: Range, source: string): string {
  return Buffer.from(source).subarray(start.byte, end.byte).toString();
}

describe('bodies.json', () => {
  it.each(recordings<TreeCase>('bodies.json'))('$name', (given) => {
    const { body, diagnostics } = parse(given.body, 'case.hcl');
    expect(diagnostics).toEqual([]);
    expect(tree(body, given.body)).toEqual(given.tree);
  });
});

describe('syntax_errors.json', () => {
  it.each(recordings<{ name: string; body: string; at: string }>('syntax_errors.json'))('$name', (given) => {
    const { diagnostics } = parse(given.body, 'case.hcl');
    expect(at(diagnostics[0]?.range)).toBe(given.at);
  });
});

type UndefinedCase = { name: string; expr: string; result?: string; error?: true };

/** As job files do it: what nobody knows stays as text for the client, and values of `env` are texts. */
const jobScope: Scope = {
  variables: variables({ var: {}, local: {} }),
  functions: standardFunctions,
  unresolved: (_traversal, source) => stringValue(`\${${source}}`),
};

describe('undefined_variables.json', () => {
  it.each(recordings<UndefinedCase>('undefined_variables.json'))('$name: $expr', (given) => {
    const { body, diagnostics } = parse(`env {\n  X = ${given.expr}\n}\n`, 'case.hcl');
    expect(diagnostics).toEqual([]);
    const { expression } = body.blocks[0]!.body.attributes.get('X')!;
    const { value, diagnostics: mistakes } = evaluate(expression, jobScope);
    const { result, text } = recorded(value);
    const isText = typeof result !== 'object' && mistakes.length === 0;
    expect(isText ? (text ?? String(result)) : 'error').toBe(given.error ? 'error' : given.result);
  });
});
