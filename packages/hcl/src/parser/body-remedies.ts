import type { Range } from '../position.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/** The block whose body is read: its type, and its opening brace. */
export type Around = { name: string; brace: Range };

const quotedName = /"((?:[^"\\\n]|\\.)+)"/y;
const bareName = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u;
const dottedName = /[\p{ID_Continue}-]+(?:\.[\p{ID_Continue}-]+)+/uy;

export function remedyForQuotes({ source }: TokenStream, { offset }: Token, around: Around | undefined): string {
  quotedName.lastIndex = offset;
  const name = quotedName.exec(source)?.[1];
  return name === undefined || bareName.test(name) ? 'remove the quotes' : inObject(name, around);
}

/** A name with dots or blanks has no place in a block, but in an object it has. */
function inObject(name: string, around: Around | undefined): string {
  return `a name like this needs an object around it: ${around?.name ?? 'NAME'} = { "${name}" = … }`;
}

export function remedyForNameAlone(stream: TokenStream, name: Token, around: Around | undefined): string | undefined {
  const next = stream.peek();
  if (next.type === ':' || next.type === '=>') return `write ${name.text} = …`;
  if (next.type === 'newline') return `put the "{" of a block on the same line`;
  if (next.type === 'number' || next.type === '[') return `write ${name.text} = …`;
  dottedName.lastIndex = name.offset;
  const dotted = next.type === '.' && dottedName.exec(stream.source);
  return dotted ? inObject(dotted[0], around) : undefined;
}

export function remedyForNoBrace(stream: TokenStream, type: Token, token: Token): { remedy?: string } {
  if (token.type === '=') return { remedy: 'an argument has one name: remove the others, or the "="' };
  if (token.type !== 'newline') return {};
  const value = stream.textSince(type.offset + type.text.length).trim();
  return { remedy: `for a block put "{" on this line, for an argument write ${type.text} = ${value}` };
}
