import type { Expression, ForExpression } from '../ast.ts';
import { rangeBetween } from '../position.ts';
import { describe } from './describe.ts';
import { failure } from './recovery.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

const summary = "Invalid 'for' expression";

/** `for k, v in collection`, behind whose colon brackets and directives go apart. */
export type ForIntroduction = { keyName?: string; valueName: string; collection: Expression };

/** Reads from the word `for` to the end of the collection. */
export function parseForIntroduction(stream: TokenStream): ForIntroduction {
  stream.read();
  const first = variableName(stream);
  const second = stream.take(',') ? variableName(stream) : undefined;
  const word = stream.peek();
  if (word.type !== 'identifier' || word.text !== 'in') {
    failure(stream, word, summary, `After the variables of a "for" the word "in" is expected, not ${describe(word)}.`);
  }
  stream.read();
  const collection = stream.expression();
  return second === undefined ? { valueName: first, collection } : { keyName: first, valueName: second, collection };
}

function variableName(stream: TokenStream): string {
  const token = stream.peek();
  if (token.type === 'identifier') return stream.read().text;
  return failure(stream, token, summary, `"for" needs the name of a variable, not ${describe(token)}.`, {
    remedy: 'if "for" is meant as a key or a name, put it in quotes',
  });
}

/** Reads the rest of `[for …]` or `{for …}`, the open bracket having been read. */
export function parseForExpression(stream: TokenStream, open: Token, close: ']' | '}'): ForExpression {
  const introduction = parseForIntroduction(stream);
  const colon = stream.peek();
  if (!stream.take(':')) {
    failure(stream, colon, summary, `After the collection ":" and a result are expected, not ${describe(colon)}.`);
  }
  const first = stream.expression();
  const key = stream.take('=>') ? first : undefined;
  const value = key ? stream.expression() : first;
  const ellipsis = stream.take('...');
  const condition = readCondition(stream);
  const end = stream.peek();
  if (!stream.take(close)) {
    failure(stream, end, summary, `Here "${close}" must end the "for" expression, but ${describe(end)} follows.`);
  }
  checkForm(stream, close, { key, value, ellipsis });
  const range = rangeBetween(open.range, end.range);
  const group = ellipsis !== undefined;
  return {
    kind: 'for',
    ...introduction,
    ...(key ? { key } : {}),
    value,
    ...(condition ? { condition } : {}),
    group,
    range,
  };
}

type Result = { key: Expression | undefined; value: Expression; ellipsis: Token | undefined };

/** Brackets make a list, braces an object, and the result must suit them. */
function checkForm(stream: TokenStream, close: ']' | '}', { key, value, ellipsis }: Result): void {
  if (close === ']' && key)
    stream.report(key.range, summary, 'A list has no keys.', { remedy: 'use { } to make an object' });
  if (close === ']' && ellipsis) {
    stream.report(ellipsis.range, summary, 'Only an object groups its values.', {
      remedy: 'use { } and key => value...',
    });
  }
  if (close === '}' && !key) {
    stream.report(value.range, summary, 'An object needs a key for each value.', {
      remedy: 'write key => value, or use [ ] to make a list',
    });
  }
}

function readCondition(stream: TokenStream): Expression | undefined {
  const word = stream.peek();
  if (word.type !== 'identifier' || word.text !== 'if') return undefined;
  stream.read();
  return stream.expression();
}
