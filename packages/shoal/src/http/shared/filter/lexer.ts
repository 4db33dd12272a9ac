import { FilterError } from './expression.ts';

export type Token = {
  readonly kind: 'word' | 'number' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly offset: number;
};

const SPACE = /[ \t\r\n]+/y;
const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /-?\d+(?:\.\d+)?(?![A-Za-z_])/y],
  ['word', /[A-Za-z][A-Za-z0-9_/]*/y],
  ['string', /"(?:[^"\\]|\\.)*"|`[^`]*`/y],
  ['symbol', /==|!=|[()[\].]/y],
];

export function tokens(source: string): Token[] {
  const found: Token[] = [];
  let offset = skip(source, 0);
  while (offset < source.length) {
    const token = tokenAt(source, offset);
    if (!token) throw syntaxError(source, offset);
    found.push(token);
    offset = skip(source, offset + token.text.length);
  }
  found.push({ kind: 'end', text: '', offset });
  return found;
}

/** `line:column (offset): …` */
export function syntaxError(source: string, offset: number): FilterError {
  const before = source.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  const found = offset >= source.length ? 'the end' : JSON.stringify(source.slice(offset, offset + 10));
  return new FilterError(
    `${line}:${column} (${offset}): no match found at ${found}; values with other characters than letters, digits, _ and / need quotes`,
  );
}

function tokenAt(source: string, offset: number): Token | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = offset;
    const match = pattern.exec(source);
    if (match) return { kind, text: match[0], offset };
  }
  return undefined;
}

function skip(source: string, offset: number): number {
  SPACE.lastIndex = offset;
  return SPACE.test(source) ? SPACE.lastIndex : offset;
}
