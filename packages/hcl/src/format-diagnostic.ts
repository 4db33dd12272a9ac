import type { Diagnostic } from './diagnostic.ts';
import type { Range } from './position.ts';

/** For a terminal: headline, place, the lines around it with a caret, detail, remedy. `source` is the text of the file. */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  source: string | undefined,
  opts: { color?: boolean } = {},
): string {
  const paint = opts.color ? ansi : plain;
  const tone = diagnostic.severity === 'error' ? paint.red : paint.yellow;
  const lines = [`${tone(diagnostic.severity === 'error' ? 'Error:' : 'Warning:')} ${paint.bold(diagnostic.summary)}`];
  if (diagnostic.range) lines.push(...place(diagnostic.range, source, tone, paint));
  if (diagnostic.detail) lines.push('', ...diagnostic.detail.split('\n').map((line) => `  ${line}`));
  if (diagnostic.remedy) lines.push('', `  ${paint.green('Remedy:')} ${diagnostic.remedy}`);
  return `${lines.join('\n')}\n`;
}

type Paint = Record<'red' | 'yellow' | 'green' | 'blue' | 'bold', (text: string) => string>;

const sequence = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const ansi: Paint = {
  red: sequence(31),
  yellow: sequence(33),
  green: sequence(32),
  blue: sequence(34),
  bold: sequence(1),
};
const same = (text: string) => text;
const plain: Paint = { red: same, yellow: same, green: same, blue: same, bold: same };

function place(range: Range, source: string | undefined, tone: (text: string) => string, paint: Paint): string[] {
  const { line, column } = range.start;
  const width = String(line).length;
  const gutter = ' '.repeat(width);
  const head = `${gutter}${paint.blue('-->')} ${range.filename}:${line}:${column}`;
  const text = source?.split(/\r?\n/);
  if (!text || text[line - 1] === undefined) return [head];
  const bar = paint.blue('|');
  const before =
    line > 1 && text[line - 2]!.trim() !== ''
      ? [`${paint.blue(String(line - 1).padStart(width))} ${bar} ${text[line - 2]}`]
      : [];
  return [
    head,
    `${gutter} ${bar}`,
    ...before,
    `${paint.blue(String(line))} ${bar} ${text[line - 1]}`,
    `${gutter} ${bar} ${tone(caret(text[line - 1]!, range))}`,
  ];
}

/** Under the spot: tabs stay tabs, so that it lines up however wide they are shown. */
function caret(line: string, { start, end }: Range): string {
  const shown = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(line)].map((s) => s.segment);
  const indent = shown
    .slice(0, start.column - 1)
    .map((s) => (s === '\t' ? '\t' : ' '))
    .join('');
  const last = end.line > start.line ? shown.length + 1 : end.column;
  return indent + '^'.repeat(Math.max(1, last - start.column));
}
