import { randomUUID } from 'node:crypto';

/**
 * JSON as the peers write and read it. They are Go programs: `<`, `>`, `&` and two line separators are escaped, pretty means four spaces, and 64-bit
 * integers keep all their digits: what a double would round is a bigint on our side.
 */
export function toJson(value: unknown, pretty = false): string {
  const text = stringify(value, pretty ? 4 : undefined);
  const safe = /[<>&\u2028\u2029]/.test(text) ? text.replace(/[<>&\u2028\u2029]/g, escapeCharacter) : text;
  return pretty ? `${safe}\n` : safe;
}

/** Throws a SyntaxError like JSON.parse. */
export function fromJson(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  const marked = text.replace(STRING_OR_LONG_NUMBER, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${MARK}${token}"`,
  );
  return JSON.parse(marked, (_, field: unknown) =>
    typeof field === 'string' && field.startsWith(MARK) ? BigInt(field.slice(MARK.length)) : field,
  );
}

/** A bigint travels as a string behind this mark, which no client can guess. */
const MARK = randomUUID();
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, 'g');
const LONG_NUMBER = /\d{16,}/;
const STRING_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?\d{16,}(?![\w.])/g;

function stringify(value: unknown, indent: number | undefined): string {
  try {
    return JSON.stringify(value, null, indent) ?? 'null';
  } catch (error) {
    // JSON.stringify refuses bigints. They are rare: the replacer is only paid for when one is there.
    if (!(error instanceof TypeError) || !/BigInt/i.test(error.message)) throw error;
    const marked = JSON.stringify(
      value,
      (_, field: unknown) => (typeof field === 'bigint' ? `${MARK}${field}` : field),
      indent,
    );
    return marked.replace(MARKED, '$1');
  }
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
