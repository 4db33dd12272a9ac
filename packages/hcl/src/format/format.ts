import { type Diagnostic, hasErrors } from '../diagnostic.ts';
import { isJson, parse } from '../parser/parse.ts';
import { aligned, type Cells, cellsOf } from './cells.ts';
import { indentation } from './indentation.ts';
import { linesOf, type Piece } from './pieces.ts';

/** `text` is missing where mistakes leave it unclear what is meant. */
export type Formatted = { text?: string; diagnostics: Diagnostic[] };

/**
 * A file in canonical layout: two blanks per level, one space between things, equals signs and trailing comments of
 * neighbouring lines below each other. Comments, strings, heredocs and empty lines stay as they are, and no line is broken or
 * joined, so that the result means the same; formatting it again changes nothing. A file in JSON syntax
 * is left alone.
 *
 * Source: "Configuration style conventions" of HCL's users (Terraform's and Nomad's `fmt`).
 */
export function format(source: string, filename: string): Formatted {
  const { diagnostics } = parse(source, filename);
  if (hasErrors(diagnostics)) return { diagnostics };
  return { text: isJson(source, filename) ? source : layOut(source, filename), diagnostics };
}

const STEP = '  ';

type Row = { readonly cells: Cells; readonly newline: string };

function layOut(source: string, filename: string): string {
  const rows = rowsOf(source, filename);
  const texts = aligned(rows.map(({ cells }) => cells));
  return rows.map(({ newline }, at) => `${texts[at]}${newline}`).join('');
}

function rowsOf(source: string, filename: string): Row[] {
  const rows: Row[] = [];
  const depthOf = indentation();
  let before: Piece | undefined;
  for (const { pieces, newline } of linesOf(source, filename)) {
    if (pieces.length === 0) {
      rows.push({ cells: EMPTY, newline });
      continue;
    }
    const cells = cellsOf(pieces, before);
    rows.push({ cells: { ...cells, lead: STEP.repeat(depthOf(pieces)) + cells.lead }, newline: newline || '\n' });
    before = pieces.findLast(({ type }) => type !== 'comment') ?? before;
  }
  return rows;
}

const EMPTY: Cells = { lead: '', assign: '', comment: '' };
