import { BadRequestError } from './errors.ts';
import { fromJson } from './json.ts';
import { type Decode, ShapeError } from './shape.ts';

/** Reads a JSON body of the given shape. What is wrong with it follows `prefix` in the error, in the words of the peers' decoder. */
export function decodeBody<T>(body: Buffer, decode: Decode<T>, prefix: string): T {
  const source = body.toString('utf8');
  try {
    return decode(fromJson(source), '');
  } catch (error) {
    if (error instanceof ShapeError) throw new BadRequestError(`${prefix}${error.message}`);
    if (error instanceof SyntaxError) throw new BadRequestError(`${prefix}${syntaxMessage(source, error.message)}`);
    throw error;
  }
}

/** From V8's wording, which names a token, a position, or the end. */
function syntaxMessage(source: string, message: string): string {
  if (source.trim() === '') return 'EOF';
  if (/end of JSON input|Unterminated string/.test(message)) return 'unexpected EOF';
  const token = /^Unexpected token (?:'(.)'|(.))/su.exec(message);
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? -1);
  if (position >= source.length) return 'unexpected EOF';
  const character = token?.[1] ?? token?.[2] ?? source[position] ?? '?';
  return position < 0 ? `invalid character '${character}'` : `invalid character '${character}' at offset ${position}`;
}
