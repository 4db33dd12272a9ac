import type { Diagnostic } from './diagnostic.ts';
import { graphemes } from './graphemes.ts';
import type { Range } from './position.ts';

/**
 * For a terminal: headline, place, the lines around it with a caret, detail, remedy. `source` is the text of the file.
 * A context that begins on an earlier line is shown above.
 */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  source: string | undefined,
  opts: { color?: boolean } = {},
): string {
  const { severity, summary, detail, remedy } = diagnostic;
  const paint = opts.color ? ansi : plain;
  const tone = severity === 'error' ? paint.red : paint.yellow;
  const lines = [`${tone(severity === 'error' ? 'Error:' : 'Warning:')} ${paint.bold(visible(summary))}`];
  lines.push(...frame(diagnostic, source, paint, tone));
  if (detail) lines.push('', ...detail.split('\n').map((line) => `  ${visible(line)}`));
  if (remedy) lines.push('', `  ${paint.green('Remedy:')} ${visible(remedy)}`);
  return `${lines.join('\n')}\n`;
}

type Tone = (text: string) => string;
type Paint = Record<'red' | 'yellow' | 'green' | 'blue' | 'bold', Tone>;

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

/** Control characters of a file must not reach the terminal. */
function visible(text: string): string {
  return text.replace(/(?!\t)\p{Cc}/gu, '\ufffd');
}

function frame({ range, context }: Diagnostic, source: string | undefined, paint: Paint, tone: Tone): string[] {
  if (!range) return [];
  const { line, column } = range.start;
  const width = String(line).length;
  const gutter = ' '.repeat(width);
  const head = `${gutter}${paint.blue('-->')} ${range.filename}:${line}:${column}`;
  const text = source?.split(/\r?\n/);
  const guilty = text?.[line - 1];
  if (!text || guilty === undefined) return [head];
  const bar = paint.blue('|');
  const numbered = (n: number) => `${paint.blue(String(n).padStart(width))} ${bar} ${visible(text[n - 1]!)}`;
  const above = linesAbove(line, context, text).map((n) =>
    n === 'gap' ? `${gutter}${paint.blue('...')}` : numbered(n),
  );
  return [head, `${gutter} ${bar}`, ...above, numbered(line), `${gutter} ${bar} ${tone(caret(guilty, range))}`];
}

/** Where the context begins, and the line before if there is anything on it. */
function linesAbove(line: number, context: Range | undefined, text: readonly string[]): (number | 'gap')[] {
  const before = line > 1 && text[line - 2]!.trim() !== '' ? [line - 1] : [];
  const start = context?.start.line ?? line;
  if (start >= line - before.length) return before;
  return start === line - before.length - 1 ? [start, ...before] : [start, 'gap', ...before];
}

/** Under the spot: tabs stay tabs, so that it lines up however wide they are shown. */
function caret(line: string, { start, end }: Range): string {
  const shown = graphemes(line);
  const before = shown.slice(0, start.column - 1);
  const indent = before.map((segment) => (segment === '\t' ? '\t' : ' ')).join('');
  const last = end.line > start.line ? shown.length + 1 : end.column;
  return indent + '^'.repeat(Math.max(1, last - start.column));
}
