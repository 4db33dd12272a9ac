import { advance, type Range, rangeBetween } from '../position.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };
const escapeSequence = /\$\$\{|%%\{|\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[\s\S]?)/gu;

/** Text between quotes with its escapes replaced; those that do not exist are reported. */
export function decodeQuoted(stream: TokenStream, token: Token): string {
  if (!token.text.includes('\\')) return decodeText(token.text);
  return token.text.replace(escapeSequence, (sequence, offset: number) => {
    if (!sequence.startsWith('\\')) return sequence.slice(1);
    const simple = escapes[sequence[1] ?? ''];
    if (simple !== undefined) return simple;
    const code = sequence.length > 2 && /^\\[uU]/.test(sequence) ? Number.parseInt(sequence.slice(2), 16) : undefined;
    if (code !== undefined && isCharacter(code)) return String.fromCodePoint(code);
    reportEscape(stream, token, sequence, offset);
    return sequence;
  });
}

/** Surrogates and what lies beyond Unicode have no place in a text. */
function isCharacter(code: number): boolean {
  return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
}

function reportEscape(stream: TokenStream, token: Token, sequence: string, offset: number): void {
  const start = advance(token.range.start, token.text.slice(0, offset));
  const range = { filename: token.range.filename, start, end: advance(start, sequence) };
  stream.report(range, 'Invalid escape sequence', ...complaint(sequence));
}

function complaint(sequence: string): [detail: string, more: { remedy?: string }] {
  if (!/^\\[uU]/.test(sequence))
    return [`There is no escape sequence ${sequence}.`, { remedy: 'for a backslash write \\\\' }];
  if (sequence.length > 2) return [`${sequence} is no character.`, {}];
  const digits = sequence === '\\u' ? 'four' : 'eight';
  return [`${sequence} must be followed by ${digits} hexadecimal digits.`, {}];
}

/** Text outside of quotes: only the two template marks can be escaped. */
export function decodeText(text: string): string {
  return text.includes('{') ? text.replace(/\$\$\{|%%\{/g, (sequence) => sequence.slice(1)) : text;
}

/** A quoted string in which templates have no place: a label. Undefined after a mistake, which is reported. */
export function readQuotedLiteral(stream: TokenStream): { text: string; range: Range } | undefined {
  const open = stream.read();
  let text = '';
  for (;;) {
    const token = stream.peek();
    if (token.type === 'quoted text') text += decodeQuoted(stream, stream.read());
    else if (token.type === 'close quote')
      return { text: text.normalize('NFC'), range: rangeBetween(open.range, stream.read().range) };
    else return notLiteral(stream, token);
  }
}

function notLiteral(stream: TokenStream, token: Token): undefined {
  // The line break has been reported already.
  if (token.type === 'quoted newline') return;
  if (token.type === 'end of file') {
    stream.report(token.range, 'Invalid string literal', 'The file ends inside a quoted string.', {
      remedy: 'close the quote',
    });
    return;
  }
  stream.report(token.range, 'Computed label', 'The label of a block is a plain string: templates are not evaluated.', {
    remedy: `write it plainly; for the characters themselves write ${token.type === '%{' ? '%%{' : '$${'}`,
  });
}
