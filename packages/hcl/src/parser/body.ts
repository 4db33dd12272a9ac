import type { Attribute, Block, Body, Expression } from '../ast.ts';
import { type Range, rangeBefore, rangeBehind, rangeBetween } from '../position.ts';
import { type Around, remedyForNameAlone, remedyForNoBrace, remedyForQuotes } from './body-remedies.ts';
import { nesting } from './brackets.ts';
import { describe } from './describe.ts';
import { parseExpressionHere } from './expression.ts';
import { readQuotedLiteral } from './literal.ts';
import { quotesMissing } from './quotes.ts';
import { UNTERMINATED } from './template.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/** Reads attributes and blocks up to `end`, which it consumes. After a mistake it goes on with the next line. */
export function parseBody(stream: TokenStream, end: 'end of file' | '}', around?: Around): Body {
  const first = stream.peek();
  const start = around?.brace ?? rangeBefore(first.range);
  const items = new Items(stream);
  for (;;) {
    const token = stream.peek();
    if (token.type === 'newline') stream.read();
    else if (token.type === end) return items.body(start, stream.read());
    else if (token.type === 'end of file') return items.body(start, unclosed(stream, around?.brace));
    else if (token.type === 'identifier') parseItem(stream, items, around);
    else misplaced(stream, token, around);
  }
}

/** Attributes and blocks as they come; the first attribute of a name counts. */
class Items {
  private readonly attributes = new Map<string, Attribute>();
  private readonly blocks: Block[] = [];
  private readonly stream: TokenStream;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  addAttribute(attribute: Attribute): void {
    const before = this.attributes.get(attribute.name);
    if (!before) {
      this.attributes.set(attribute.name, attribute);
      return;
    }
    const detail = `The argument "${attribute.name}" was already set at ${at(before.nameRange)}. Each argument may be set only once.`;
    this.stream.report(attribute.nameRange, 'Attribute redefined', detail, {
      remedy: `remove one of the two, or make both a list`,
    });
  }

  addBlock(block: Block): void {
    this.blocks.push(block);
  }

  body(start: Range, end: Token): Body {
    const range = rangeBetween(start, end.range);
    const endRange = end.type === 'end of file' ? rangeBefore(end.range) : rangeBehind(end.range);
    return { attributes: this.attributes, blocks: this.blocks, range, endRange };
  }
}

function at(range: Range): string {
  return `${range.filename}:${range.start.line},${range.start.column}`;
}

function unclosed(stream: TokenStream, openBrace: Range | undefined): Token {
  const token = stream.peek();
  // A heredoc without end has swallowed the braces.
  if (stream.diagnostics.at(-1)?.summary === UNTERMINATED) return token;
  const place = openBrace ? ` The block that opens at line ${openBrace.start.line} is not closed.` : '';
  const line = stream.closedFurtherOut;
  stream.report(token.range, 'Argument or block definition required', `The file ends inside a block.${place}`, {
    ...(openBrace ? { context: openBrace } : {}),
    remedy: `add the missing "}"${line === undefined ? '' : `; by the layout, the block at line ${line} lacks it`}`,
  });
  return token;
}

function misplaced(stream: TokenStream, token: Token, around: Around | undefined): void {
  if (token.type === 'open quote') {
    const detail = 'Names of arguments and blocks are not quoted.';
    stream.report(token.range, 'Invalid argument name', detail, { remedy: remedyForQuotes(stream, token, around) });
  } else {
    const detail = `Here an argument (name = value) or a block (name { … }) is expected, not ${describe(token)}.`;
    stream.report(token.range, 'Argument or block definition required', detail);
  }
  skipLine(stream);
}

function parseItem(stream: TokenStream, items: Items, around: Around | undefined): void {
  const name = stream.read();
  switch (stream.peekType()) {
    case '=': {
      const attribute = parseAttribute(stream, name);
      items.addAttribute(attribute);
      return;
    }
    case '{':
    case 'open quote':
    case 'identifier': {
      const block = parseBlock(stream, name);
      if (block) items.addBlock(block);
      return;
    }
    default:
      nameAlone(stream, name, around);
  }
}

function nameAlone(stream: TokenStream, name: Token, around: Around | undefined): void {
  const detail = `"${name.text}" alone means nothing: an argument needs "=" and a value, a block needs "{".`;
  const more = remedyForNameAlone(stream, name, around);
  stream.report(name.range, 'Argument or block definition required', detail, more ? { remedy: more } : {});
  skipLine(stream);
}

/** Reads what follows the name: `= expression` and the end of the line. */
function parseAttribute(stream: TokenStream, name: Token, inline = false): Attribute {
  stream.read();
  const { expression, failed } = parseExpressionHere(stream);
  const range = rangeBetween(name.range, expression.range);
  if (failed) afterFailure(stream, inline);
  else if (!inline) endOfAttribute(stream, expression);
  return { name: name.text, nameRange: name.range, expression, range };
}

/** Where a bracket was not closed, the mistake shows on the next line, which may well be sound. */
function afterFailure(stream: TokenStream, inline: boolean): void {
  if (stream.peekType() !== 'identifier' || !stream.atLineStart()) skipLine(stream, inline);
}

function endOfAttribute(stream: TokenStream, value: Expression): void {
  const token = stream.peek();
  if (token.type === 'newline') stream.read();
  if (token.type === 'newline' || token.type === 'end of file') return;
  if (token.type === ',') {
    const detail = 'Arguments are separated by newlines, not by commas.';
    stream.report(token.range, 'Unexpected comma after argument', detail, {
      remedy: 'put each argument on a line of its own, without comma',
    });
  } else {
    const detail = `After an argument a new line must begin, but ${describe(token)} follows.`;
    stream.report(token.range, 'Missing newline after argument', detail, quotesMissing(stream, token, value));
  }
  skipLine(stream);
}

type Label = { text: string; range: Range };

function parseBlock(stream: TokenStream, type: Token): Block | undefined {
  const labels = parseLabels(stream);
  const open = labels && stream.take('{');
  if (!labels || !open) {
    if (labels) noBrace(stream, type);
    skipLine(stream);
    return undefined;
  }
  const body = parseBlockBody(stream, type, open);
  noteLayout(stream, type);
  const block: Block = {
    type: type.text,
    typeRange: type.range,
    labels: labels.map((label) => label.text),
    labelRanges: labels.map((label) => label.range),
    body,
    range: rangeBetween(type.range, body.range),
    openBraceRange: open.range,
  };
  endOfBlock(stream);
  return block;
}

/** Where a brace is missing, the next one closes a block that begins further in. */
function noteLayout(stream: TokenStream, type: Token): void {
  const close = stream.previous();
  if (close.type !== '}' || close.range.start.line === type.range.start.line) return;
  if (close.range.start.column < type.range.start.column) stream.closedFurtherOut ??= type.range.start.line;
}

function noBrace(stream: TokenStream, type: Token): void {
  const token = stream.peek();
  const detail = `After the labels of a "${type.text}" block its "{" must follow on the same line, not ${describe(token)}.`;
  stream.report(token.range, 'Invalid block definition', detail, {
    context: type.range,
    ...remedyForNoBrace(stream, type, token),
  });
}

function parseLabels(stream: TokenStream): Label[] | undefined {
  const labels: Label[] = [];
  for (;;) {
    const token = stream.peek();
    if (token.type === 'identifier') {
      stream.read();
      labels.push({ text: token.text, range: token.range });
    } else if (token.type === 'open quote') {
      const label = readQuotedLiteral(stream);
      if (!label) return undefined;
      labels.push(label);
    } else return labels;
  }
}

function parseBlockBody(stream: TokenStream, type: Token, open: Token): Body {
  const next = stream.peekType();
  if (next !== 'newline' && next !== '}' && next !== 'end of file') return parseSingleLine(stream, open);
  return stream.nested(() => parseBody(stream, '}', { name: type.text, brace: open.range })) || tooDeep(stream, open);
}

function tooDeep(stream: TokenStream, open: Token): Body {
  stream.report(open.range, 'Block too deep', 'Blocks are nested too deeply here.');
  skipBlock(stream);
  return new Items(stream).body(open.range, stream.previous());
}

/** A block on one line holds one argument at most: `a { b = 1 }`. */
function parseSingleLine(stream: TokenStream, open: Token): Body {
  const items = new Items(stream);
  const name = stream.peek();
  if (name.type !== 'identifier') {
    misplacedInLine(stream, name);
    return items.body(open.range, stream.previous());
  }
  stream.read();
  if (stream.peekType() !== '=') {
    notAnArgument(stream, name);
    return items.body(open.range, stream.previous());
  }
  items.addAttribute(parseAttribute(stream, name, true));
  if (stream.peekType() !== '}') closingElsewhere(stream, open);
  const close = stream.take('}') ?? stream.previous();
  return items.body(open.range, close);
}

function misplacedInLine(stream: TokenStream, token: Token): void {
  const detail = `A block on a single line holds one argument (name = value), not ${describe(token)}.`;
  stream.report(token.range, 'Argument definition required', detail);
  skipBlock(stream);
}

function notAnArgument(stream: TokenStream, name: Token): void {
  const nested = stream.peekType() === '{' || stream.peekType() === 'open quote';
  const detail = nested
    ? 'A block on a single line cannot hold another block.'
    : `"${name.text}" must be followed by "=" and a value.`;
  const range = rangeBetween(name.range, stream.peek().range);
  const more = nested ? { remedy: 'put the inner block on lines of its own' } : {};
  stream.report(range, 'Argument definition required', detail, more);
  skipBlock(stream);
}

function closingElsewhere(stream: TokenStream, open: Token): void {
  const token = stream.peek();
  const context = {
    context: open.range,
    remedy: 'put each argument on a line of its own, and "}" on a line of its own',
  };
  if (token.type === ',' || token.type === 'identifier') {
    stream.report(
      token.range,
      'Invalid single-argument block definition',
      'Only one argument fits into a block on a single line.',
      context,
    );
  } else {
    const detail = 'A block that begins with an argument on its first line must close on that line too.';
    stream.report(token.range, 'Invalid single-argument block definition', detail, context);
  }
  skipBlock(stream);
}

function endOfBlock(stream: TokenStream): void {
  const token = stream.peek();
  if (token.type === 'newline') stream.read();
  if (token.type === 'newline' || token.type === 'end of file' || stream.previous().type === 'newline') return;
  const detail = `After a block a new line must begin, but ${describe(token)} follows.`;
  stream.report(token.range, 'Missing newline after block definition', detail);
  skipLine(stream);
}

/**
 * Goes to where the next item may begin: behind the end of this line, or of the line that closes what it opened.
 * `inline` stops before the `}` that would close the block on this line.
 */
function skipLine(stream: TokenStream, inline = false): void {
  let depth = 0;
  for (;;) {
    const type = stream.peekType();
    if (type === 'end of file') return;
    if (type === '}' && depth === 0 && inline) return;
    if (type === 'newline' && depth === 0) {
      if (!inline) stream.read();
      return;
    }
    stream.read();
    if (type === 'quoted newline') return;
    depth = Math.max(0, depth + nesting(type));
  }
}

/** Goes behind the `}` that closes the block which we are in. */
function skipBlock(stream: TokenStream): void {
  for (let depth = 0; depth >= 0; ) {
    const { type } = stream.read();
    if (type === 'end of file') return;
    depth += nesting(type);
  }
}
