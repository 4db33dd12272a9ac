import { randomUUID } from 'node:crypto';

/**
 * JSON text as the peers print it: `<`, `>`, `&` and the two line separators are escaped (they are Go programs), four spaces when pretty, and
 * a bigint is a number with all its digits (uint64 flags do not fit a double).
 */
export function toJson(value: unknown, pretty = false): string {
  const text = stringify(value, pretty ? 4 : undefined);
  const safe = /[<>&\u2028\u2029]/.test(text) ? text.replace(/[<>&\u2028\u2029]/g, escapeCharacter) : text;
  return pretty ? `${safe}\n` : safe;
}

/** A bigint travels as a string behind this mark, which no client can guess. */
const MARK = randomUUID();
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, 'g');

function stringify(value: unknown, indent: number | undefined): string {
  try {
    return JSON.stringify(value, null, indent) ?? 'null';
  } catch (error) {
    // JSON.stringify refuses bigints; they are rare, so the replacer is only paid for when one is there.
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
