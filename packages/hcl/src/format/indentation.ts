import type { Piece } from './pieces.ts';

const OPENING = new Set(['(', '[', '{']);
const CLOSING = new Set([')', ']', '}']);

/** How deep lines stand, one after another from the top: each is told its own depth. */
export function indentation(): (line: readonly Piece[]) => number {
  /** Of each open bracket, the depth of the line that opened it. Brackets that open together count once. */
  const open: number[] = [];
  return (line) => {
    const depth = depthOf(line, open);
    for (const { type } of line) {
      if (OPENING.has(type)) open.push(depth);
      else if (CLOSING.has(type)) open.pop();
    }
    return depth;
  };
}

/** A line that begins by closing stands where the bracket was opened. */
function depthOf(line: readonly Piece[], open: readonly number[]): number {
  const first = line.findIndex(({ type }) => !CLOSING.has(type));
  const closed = first < 0 ? line.length : first;
  if (closed > 0) return open[Math.max(0, open.length - closed)] ?? 0;
  const innermost = open.at(-1);
  return innermost === undefined ? 0 : innermost + 1;
}

/** Whether brackets that open in a part of a line close in it, and the other way round. */
export function isBalanced(pieces: readonly Piece[]): boolean {
  const opened = pieces.filter(({ type }) => OPENING.has(type)).length;
  return opened === pieces.filter(({ type }) => CLOSING.has(type)).length;
}
