import { FunctionError } from './function.ts';

/** Rows of fields by RFC 4180: quotes around a field, doubled inside of it; empty lines do not count. */
export function parseCsv(source: string): string[][] {
  const rows: string[][] = [];
  let rest = source;
  while (rest !== '') {
    const emptyLine = /^\r?\n/.exec(rest);
    if (emptyLine) {
      rest = rest.slice(emptyLine[0].length);
      continue;
    }
    const { row, length } = readRow(rest, rows.length + 1);
    rows.push(row);
    rest = rest.slice(length);
  }
  return rows;
}

const quotedField = /"((?:[^"]|"")*)"(,|\r?\n|$)/y;
const plainField = /([^,\n]*?)(,|\r?\n|$)/y;

function readRow(source: string, line: number): { row: string[]; length: number } {
  const row: string[] = [];
  for (let offset = 0; ; ) {
    const pattern = source[offset] === '"' ? quotedField : plainField;
    pattern.lastIndex = offset;
    const match = pattern.exec(source);
    if (!match) throw new FunctionError(`row ${line}: a quote is not closed, or text stands behind it`);
    const [, field = '', end] = match;
    if (pattern === plainField && field.includes('"'))
      throw new FunctionError(`row ${line}: a quote stands in a field without quotes`);
    row.push(pattern === quotedField ? field.replaceAll('""', '"') : field);
    offset = pattern.lastIndex;
    if (end !== ',') return { row, length: offset };
  }
}
