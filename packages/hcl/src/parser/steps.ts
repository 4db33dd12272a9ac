import type { AttributeStep, Expression, IndexStep, ReferenceExpression, SplatStep, Step } from '../ast.ts';
import { parseNumber } from '../big-float.ts';
import { type Range, rangeBetween } from '../position.ts';
import { numberValue } from '../values.ts';
import { describe } from './describe.ts';
import { failure, inBrackets, tooDeep } from './recovery.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/** Reads `.name`, `[key]` and splats behind a term, which began at `offset` in the source. */
export function parseSteps(stream: TokenStream, term: Expression, offset: number): Expression {
  const steps: Step[] = [];
  const source = term;
  for (let next = parseStep(stream); next; next = parseStep(stream)) {
    for (const step of next) {
      if (source.kind === 'reference' && steps.length === 0 && isStatic(step)) source.traversal.steps.push(step);
      else steps.push(step);
    }
    if (source.kind === 'reference' && steps.length === 0)
      lengthen(source, stream.textSince(offset), next.at(-1)!.range);
  }
  if (steps.length === 0) return source;
  return { kind: 'access', source, steps, range: rangeBetween(source.range, steps.at(-1)!.range) };
}

function lengthen(reference: ReferenceExpression, source: string, last: Range): void {
  reference.source = source;
  reference.range = rangeBetween(reference.range, last);
  reference.traversal.range = reference.range;
}

/** Whether the key is written out, so that it belongs to the name and needs no evaluation. */
function isStatic(step: Step): step is AttributeStep | IndexStep {
  if (step.kind !== 'index') return step.kind === 'attribute';
  const { key } = step;
  return (
    key.kind === 'literal' || (key.kind === 'template' && key.parts.length === 1 && key.parts[0]!.kind === 'literal')
  );
}

/** One token sequence may be two steps, `.0.1` being one number to the lexer. */
function parseStep(stream: TokenStream): Step[] | undefined {
  if (stream.peekType() === '.') return parseDot(stream, stream.read());
  if (stream.peekType() === '[') return parseIndex(stream, stream.read());
  return undefined;
}

function parseDot(stream: TokenStream, dot: Token): Step[] {
  const token = stream.peek();
  if (token.type === '*') return [attributeSplat(stream, dot, stream.read())];
  return parseDotName(stream, dot);
}

function parseDotName(stream: TokenStream, dot: Token): Step[] {
  const token = stream.peek();
  if (token.type === 'identifier')
    return [{ kind: 'attribute', name: token.text, range: rangeBetween(dot.range, stream.read().range) }];
  if (token.type === 'number' && /^\d+$/.test(token.text)) return [legacyIndex(dot, stream.read())];
  if (token.type === 'number' && /^\d+\.\d+$/.test(token.text)) return chainedLegacyIndex(stream, token);
  return failure(
    stream,
    token,
    'Invalid attribute name',
    `After a dot the name of an attribute is expected, not ${describe(token)}.`,
  );
}

/** `list.0` is an older way to write `list[0]`. */
function legacyIndex(dot: Token, number: Token): IndexStep {
  const value = numberValue(parseNumber(number.text)!);
  return {
    kind: 'index',
    key: { kind: 'literal', value, range: number.range },
    range: rangeBetween(dot.range, number.range),
  };
}

/** `list.1.0` reads like a number with a fraction. */
function chainedLegacyIndex(stream: TokenStream, number: Token): never {
  const detail = 'Two indexes in a row cannot be written with dots.';
  const remedy = `write ${number.text
    .split('.')
    .map((digits) => `[${digits}]`)
    .join('')}`;
  return failure(stream, number, 'Invalid legacy index syntax', detail, { remedy });
}

function attributeSplat(stream: TokenStream, dot: Token, star: Token): SplatStep {
  const steps: Step[] = [];
  while (stream.peekType() === '.') {
    const next = stream.read();
    const token = stream.peek();
    if (token.type === '*') {
      failure(stream, token, 'Nested splat expression not allowed', 'A ".*" cannot follow another one.', {
        remedy: 'use [*]',
      });
    }
    steps.push(...parseDotName(stream, next));
  }
  return { kind: 'splat', full: false, steps, range: rangeBetween(dot.range, steps.at(-1)?.range ?? star.range) };
}

function parseIndex(stream: TokenStream, open: Token): Step[] {
  const star = stream.withNewlines(false, () => stream.take('*'));
  return [star ? fullSplat(stream, open) : index(stream, open)];
}

function index(stream: TokenStream, open: Token): IndexStep {
  const key = inBrackets(stream, open, ']', false, () => {
    const expression = stream.expression();
    const token = stream.peek();
    if (stream.take(']')) return expression;
    return failure(
      stream,
      token,
      'Missing close bracket on index',
      `After the key "]" is expected, not ${describe(token)}.`,
    );
  });
  return { kind: 'index', key, range: rangeBetween(open.range, stream.previous().range) };
}

function fullSplat(stream: TokenStream, open: Token): SplatStep {
  const close = stream.withNewlines(false, () => {
    const token = stream.peek();
    if (stream.take(']')) return token;
    return failure(
      stream,
      token,
      'Missing close bracket on splat index',
      `After "*" the "]" is expected, not ${describe(token)}.`,
    );
  });
  const steps = stream.nested(() => stepsBehind(stream)) || tooDeep(stream, 'Splat');
  return { kind: 'splat', full: true, steps, range: rangeBetween(open.range, steps.at(-1)?.range ?? close.range) };
}

function stepsBehind(stream: TokenStream): Step[] {
  const steps: Step[] = [];
  for (let next = parseStep(stream); next; next = parseStep(stream)) steps.push(...next);
  return steps;
}
