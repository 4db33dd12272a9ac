import { graphemes } from '../graphemes.ts';
import { isBalanced } from './indentation.ts';
import type { Piece } from './pieces.ts';
import { spaced } from './spacing.ts';

/**
 * A line in three columns. `assign` begins with the equals sign and is empty where there is none, or where it only begins
 * something of several lines; `comment` is empty unless one to the end of the line stands behind something else.
 */
export type Cells = { readonly lead: string; readonly assign: string; readonly comment: string };

export function cellsOf(pieces: readonly Piece[], before: Piece | undefined): Cells {
  const last = pieces.at(-1);
  const hasComment = pieces.length > 1 && last?.type === 'comment' && !last.text.startsWith('/*');
  const code = hasComment ? pieces.slice(0, -1) : pieces;
  const comment = hasComment ? (last?.text ?? '') : '';
  const equals = code.findIndex(({ type }, at) => at > 0 && type === '=');
  const assigned = code.slice(equals);
  if (equals < 0 || !isBalanced(assigned)) return { lead: spaced(code, before), assign: '', comment };
  const lead = spaced(code.slice(0, equals), before);
  return lead.includes('\n')
    ? { lead: spaced(code, before), assign: '', comment }
    : { lead, assign: spaced(assigned), comment };
}

/** Lines as texts, with the equals signs of neighbouring lines below each other, and so their comments. */
export function aligned(lines: readonly Cells[]): string[] {
  const leads = columns(lines.map(({ lead, assign }) => (assign === '' ? undefined : lead)));
  const codes = lines.map(({ lead, assign }, at) => (assign === '' ? lead : `${pad(lead, leads[at])} ${assign}`));
  const comments = columns(lines.map(({ comment }, at) => (comment === '' ? undefined : codes[at])));
  return lines.map(({ comment }, at) => {
    const code = codes[at] ?? '';
    return comment === '' ? code : `${pad(code, comments[at])} ${comment}`;
  });
}

/** For each run of neighbours that have a text, the width of the widest. Texts of several lines have no width. */
function columns(texts: readonly (string | undefined)[]): number[] {
  const widths: number[] = [];
  let start = 0;
  for (let at = 0; at <= texts.length; at++) {
    if (at < texts.length && texts[at] !== undefined) continue;
    const run = texts.slice(start, at);
    const width = run.reduce((widest, text) => Math.max(widest, widthOf(text ?? '')), 0);
    widths.push(...run.map(() => width), ...(at < texts.length ? [0] : []));
    start = at + 1;
  }
  return widths;
}

function pad(text: string, width = 0): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

const ascii = /^[\x20-\x7e]*$/;

function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  return text.includes('\n') ? 0 : graphemes(text).length;
}
