import { lex } from '../parser/lexer.ts';
import type { Token, TokenType } from '../parser/tokens.ts';

/** A token, or a whole string or heredoc: what is inside of those is the writer's. */
export type Piece = { readonly type: TokenType | 'string' | 'heredoc'; readonly text: string };

/** `newline` is how the line ends in the source; empty for a last line without an end. */
export type Line = { readonly pieces: readonly Piece[]; readonly newline: string };

/** A text without mistakes, cut into lines. A heredoc belongs to the line that it begins on. */
export function linesOf(source: string, filename: string): Line[] {
  const lines: Line[] = [];
  let pieces: Piece[] = [];
  for (const piece of piecesOf(source, lex(source, { filename }))) {
    if (piece.type === 'newline') {
      lines.push({ pieces, newline: piece.text });
      pieces = [];
    } else if (piece.type !== 'end of file') pieces.push(piece);
  }
  return pieces.length > 0 ? [...lines, { pieces, newline: '' }] : lines;
}

function piecesOf(source: string, tokens: readonly Token[]): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (token.type !== 'open quote' && token.type !== 'open heredoc') {
      // The star of a splat stands for a name.
      pieces.push(token.type === '*' && pieces.at(-1)?.type === '.' ? { ...token, type: 'identifier' } : token);
      continue;
    }
    at = endOfText(tokens, at);
    const last = tokens[at] as Token;
    const type = token.type === 'open quote' ? 'string' : 'heredoc';
    pieces.push({ type, text: source.slice(token.offset, last.offset + last.text.length) });
  }
  return pieces;
}

/** Where the quote or heredoc that opens at `start` is closed; interpolations hold further ones. */
function endOfText(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    const type = tokens[at]?.type;
    if (type === 'open quote' || type === 'open heredoc') depth++;
    if ((type === 'close quote' || type === 'close heredoc') && --depth === 0) return at;
  }
  return tokens.length - 1;
}
