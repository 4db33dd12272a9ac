import type { BinaryOperator, Expression, ObjectItem } from '../ast.ts';
import { parseNumber } from '../big-float.ts';
import { rangeBetween } from '../position.ts';
import { falseValue, numberValue, trueValue, untypedNull } from '../values.ts';
import { describe, isComment } from './describe.ts';
import { parseForExpression } from './for.ts';
import { quoteInside } from './quotes.ts';
import { failure, inBrackets, SyntaxFailure, tooDeep } from './recovery.ts';
import { parseSteps } from './steps.ts';
import { parseQuotedTemplate } from './template.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token, TokenType } from './tokens.ts';

/** Reads an expression at the stream's place. When `failed`, the stream stands where sense ended, and it is reported. */
export function parseExpressionHere(stream: TokenStream): { expression: Expression; failed: boolean } {
  const start = stream.peek();
  try {
    return { expression: parseTernary(stream), failed: false };
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    return { expression: { kind: 'invalid', range: rangeBetween(start.range, stream.previous().range) }, failed: true };
  }
}

/** An expression of any kind. Throws SyntaxFailure. */
export function parseTernary(stream: TokenStream): Expression {
  return stream.nested(() => parseConditional(stream)) || tooDeep(stream, 'Expression');
}

function parseConditional(stream: TokenStream): Expression {
  const condition = parseBinary(stream, 0);
  if (!stream.take('?')) return condition;
  const whenTrue = parseTernary(stream);
  if (!stream.take(':')) {
    const token = stream.peek();
    const detail = `A conditional needs ":" and a value for when the condition is false, but ${describe(token)} follows.`;
    failure(stream, token, 'Missing false expression in conditional', detail, {
      context: rangeBetween(condition.range, token.range),
    });
  }
  const whenFalse = parseTernary(stream);
  return { kind: 'conditional', condition, whenTrue, whenFalse, range: rangeBetween(condition.range, whenFalse.range) };
}

/** Operators in a row are nested as well, to the left. */
const MAX_CHAIN = 1000;

/** From those that bind loosest. */
const precedence: readonly ReadonlySet<TokenType>[] = [
  new Set<BinaryOperator>(['||']),
  new Set<BinaryOperator>(['&&']),
  new Set<BinaryOperator>(['==', '!=']),
  new Set<BinaryOperator>(['<', '<=', '>', '>=']),
  new Set<BinaryOperator>(['+', '-']),
  new Set<BinaryOperator>(['*', '/', '%']),
];

function parseBinary(stream: TokenStream, level: number): Expression {
  const operators = precedence[level];
  if (!operators) return parseWithSteps(stream);
  let left = parseBinary(stream, level + 1);
  for (let length = 0; operators.has(stream.peekType()); length++) {
    if (length === MAX_CHAIN) tooDeep(stream, 'Expression');
    const operator = stream.read().type as BinaryOperator;
    const right = parseBinary(stream, level + 1);
    left = { kind: 'binary', operator, left, right, range: rangeBetween(left.range, right.range) };
  }
  return left;
}

function parseWithSteps(stream: TokenStream): Expression {
  const { offset } = stream.peek();
  return parseSteps(stream, parseTerm(stream), offset);
}

function parseTerm(stream: TokenStream): Expression {
  const token = stream.peek();
  switch (token.type) {
    case 'number':
      return numberLiteral(stream, stream.read());
    case 'identifier':
      return parseName(stream, stream.read());
    case 'open quote':
    case 'open heredoc':
      return parseQuotedTemplate(stream);
    case '(':
      return parseParentheses(stream, stream.read());
    case '[':
      return parseTuple(stream, stream.read());
    case '{':
      return parseObject(stream, stream.read());
    case '-':
    case '!': {
      const { type: operator, range } = stream.read() as Token & { type: '-' | '!' };
      const operand = stream.nested(() => parseWithSteps(stream)) || tooDeep(stream, 'Expression');
      return { kind: 'unary', operator, operand, range: rangeBetween(range, operand.range) };
    }
    default:
      return failure(
        stream,
        token,
        'Invalid expression',
        `Here a value is expected, not ${describe(token)}.`,
        remedyFor(token),
      );
  }
}

function remedyFor(token: Token): { remedy?: string } {
  if (token.type === "'" || token.type === '`') return { remedy: 'use double quotes: "…"' };
  if (token.type === '<')
    return { remedy: 'a heredoc begins with <<MARKER (or <<-MARKER) and nothing else on its line' };
  if (token.type === '*') return { remedy: 'for a power use pow(base, exponent)' };
  if (isComment(token))
    return {
      remedy: `put the value before the comment; a text that holds ${token.text.startsWith('#') ? '#' : '//'} needs quotes`,
    };
  return {};
}

function numberLiteral(stream: TokenStream, token: Token): Expression {
  const value = parseNumber(token.text);
  if (!value || value.infinite) return failure(stream, token, 'Invalid number', `${token.text} is not a number.`);
  return { kind: 'literal', value: numberValue(value), range: token.range };
}

const keywords = { true: trueValue, false: falseValue, null: untypedNull };

function parseName(stream: TokenStream, name: Token): Expression {
  if (stream.peekType() === '(') return parseCall(stream, name, stream.read());
  if (name.text === 'true' || name.text === 'false' || name.text === 'null') {
    return { kind: 'literal', value: keywords[name.text], range: name.range, text: name.text };
  }
  const traversal = { root: name.text, rootRange: name.range, steps: [], range: name.range };
  return { kind: 'reference', traversal, source: name.text, range: name.range };
}

function parseCall(stream: TokenStream, name: Token, open: Token): Expression {
  return inBrackets(stream, open, ')', false, () => {
    const args: Expression[] = [];
    let expand = false;
    while (stream.peekType() !== ')') {
      args.push(parseTernary(stream));
      expand = stream.take('...') !== undefined;
      if (stream.peekType() === ')') break;
      if (expand || !stream.take(',')) missingSeparator(stream, expand);
    }
    const close = stream.read().range;
    const range = rangeBetween(name.range, close);
    return { kind: 'call', name: name.text, nameRange: name.range, args, expand, closeRange: close, range };
  });
}

function missingSeparator(stream: TokenStream, expanded: boolean): never {
  const token = stream.peek();
  if (expanded) {
    return failure(
      stream,
      stream.previous(),
      'Missing closing parenthesis',
      `After "..." the call must end, but ${describe(token)} follows.`,
    );
  }
  const detail = `Arguments of a call are separated by commas, and ")" ends it, but ${describe(token)} follows.`;
  return failure(stream, token, 'Missing argument separator', detail);
}

function parseParentheses(stream: TokenStream, open: Token): Expression {
  return inBrackets(stream, open, ')', false, () => {
    const inner = parseTernary(stream);
    const close = stream.take(')');
    if (close) return { kind: 'parentheses', inner, range: rangeBetween(open.range, close.range) };
    const token = stream.peek();
    const detail = `Here ")" is expected to close the parenthesis, not ${describe(token)}.`;
    return failure(stream, token, 'Unbalanced parentheses', detail, { context: open.range });
  });
}

function parseTuple(stream: TokenStream, open: Token): Expression {
  return inBrackets(stream, open, ']', false, () => {
    if (isFor(stream)) return parseForExpression(stream, open, ']');
    const items: Expression[] = [];
    while (stream.peekType() !== ']') {
      items.push(parseTernary(stream));
      if (stream.peekType() === ']') break;
      if (stream.take(',')) continue;
      const token = stream.peek();
      const detail = `Items are separated by commas, and "]" ends the list, but ${describe(token)} follows.`;
      failure(stream, token, 'Missing item separator', detail, {
        context: open.range,
        ...remedyForItem(stream, token),
      });
    }
    return { kind: 'tuple', items, range: rangeBetween(open.range, stream.read().range) };
  });
}

function remedyForItem(stream: TokenStream, token: Token): { remedy?: string } {
  return stream.atLineStart()
    ? { remedy: 'add the missing "," or "]" on the line before' }
    : quoteInside(stream, token);
}

function isFor(stream: TokenStream): boolean {
  return stream.withNewlines(false, () => stream.peek().text === 'for' && stream.peekType() === 'identifier');
}

function parseObject(stream: TokenStream, open: Token): Expression {
  if (isFor(stream)) return inBrackets(stream, open, '}', false, () => parseForExpression(stream, open, '}'));
  return inBrackets(stream, open, '}', true, () => {
    const items: ObjectItem[] = [];
    for (;;) {
      while (stream.take('newline'));
      if (stream.peekType() === '}') break;
      items.push(parseObjectItem(stream, open));
      if (stream.peekType() === '}') break;
      if (!stream.take(',') && !stream.take('newline')) missingItemSeparator(stream, open);
    }
    return { kind: 'object', items, range: rangeBetween(open.range, stream.read().range) };
  });
}

function parseObjectItem(stream: TokenStream, open: Token): ObjectItem {
  const key = parseTernary(stream);
  if (!stream.take('=') && !stream.take(':')) missingValue(stream, key, open);
  const value = parseTernary(stream);
  const name = bareWord(key);
  return name === undefined ? { key, value } : { key, name, value };
}

function bareWord(key: Expression): string | undefined {
  if (key.kind === 'literal') return key.text;
  return key.kind === 'reference' && key.traversal.steps.length === 0 ? key.traversal.root : undefined;
}

function missingValue(stream: TokenStream, key: Expression, open: Token): never {
  const token = stream.peek();
  const summary =
    token.type === 'newline' || token.type === ',' ? 'Missing attribute value' : 'Missing key/value separator';
  const detail = `After the key "=" and a value are expected, not ${describe(token)}.`;
  const block = token.type === '{' ? { remedy: 'an object has no blocks: write KEY = { … }' } : {};
  return failure(stream, token, summary, detail, { context: rangeBetween(open.range, key.range), ...block });
}

function missingItemSeparator(stream: TokenStream, open: Token): never {
  const token = stream.peek();
  const detail = `Attributes of an object are separated by commas or new lines, and "}" ends it, but ${describe(token)} follows.`;
  return failure(stream, token, 'Missing attribute separator', detail, { context: open.range });
}

/** The expression must be all there is. */
export function expectEnd(stream: TokenStream): void {
  const token = stream.peek();
  if (token.type === 'end of file') return;
  const detail = `The expression was complete, but ${describe(token)} follows.`;
  stream.report(token.range, 'Extra characters after expression', detail);
}
