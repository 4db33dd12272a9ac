import type { Piece } from './pieces.ts';

/** Words inside of a `for` expression that look like names. */
const KEYWORDS = new Set(['in', 'if']);
const CLOSERS = new Set(['identifier', 'number', 'string', 'heredoc', ')', ']', '}']);
const TIGHT_BEFORE = new Set([')', ']', ',', '.', '...']);
const TIGHT_BEHIND = new Set(['(', '[', '.']);

/** The pieces of a line as one text, with one space or none between them. `before` is the last piece of the line above. */
export function spaced(pieces: readonly Piece[], before?: Piece): string {
  let text = '';
  let [previous, last] = [before, undefined as Piece | undefined];
  let isPrefix = false;
  for (const piece of pieces) {
    const tight = last === undefined || (isPrefix && piece.type !== 'comment') || isTight(last, piece);
    text += `${tight ? '' : ' '}${piece.text}`;
    isPrefix = isUnary(piece, previous);
    last = piece;
    if (piece.type !== 'comment') previous = piece;
  }
  return text;
}

function isTight(left: Piece, right: Piece): boolean {
  if (left.type === 'comment' || right.type === 'comment') return false;
  if (left.type === '{' && right.type === '}') return true;
  if (left.type === ',') return false;
  if (TIGHT_BEFORE.has(right.type) || TIGHT_BEHIND.has(left.type)) return true;
  // A call, an index, a splat: the bracket belongs to what stands before it.
  if (right.type === '(') return left.type === 'identifier' && !KEYWORDS.has(left.text);
  if (right.type === '[') return endsOperand(left);
  return false;
}

/** A minus with nothing before it to subtract from. */
function isUnary(piece: Piece, previous: Piece | undefined): boolean {
  if (piece.type === '!') return true;
  return piece.type === '-' && !(previous !== undefined && endsOperand(previous));
}

function endsOperand({ type, text }: Piece): boolean {
  return CLOSERS.has(type) && !(type === 'identifier' && KEYWORDS.has(text));
}
