import type { Body, Diagnostic } from '@shoal/hcl';

/**
 * Whether each mistake of the syntax is inside of some argument. Then the blocks around are as they were meant, and what
 * else is wrong with them can be told at once; where a brace is missing, all that follows would only seem wrong.
 */
export function isContained(body: Body, mistakes: readonly Diagnostic[]): boolean {
  if (body.json) return false;
  const lines = argumentLines(body);
  return mistakes.every(({ range, summary }) => range && (summary === REDEFINED || lines.has(range.start.line)));
}

const REDEFINED = 'Attribute redefined';

function argumentLines(body: Body, lines = new Set<number>()): Set<number> {
  for (const { range } of body.attributes.values())
    for (let line = range.start.line; line <= range.end.line; line++) lines.add(line);
  for (const block of body.blocks) argumentLines(block.body, lines);
  return lines;
}

/** What is wrong beside `mistakes`, and is not a consequence of one: not on its line, nor that something is missing. */
export function independent(found: readonly Diagnostic[], mistakes: readonly Diagnostic[]): Diagnostic[] {
  const spoilt = new Set(mistakes.map(({ range }) => range?.start.line));
  return found.filter(({ range, summary }) => !spoilt.has(range?.start.line) && !/^(?:Missing|Unset) /.test(summary));
}
