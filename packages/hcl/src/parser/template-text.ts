import type { Expression } from '../ast.ts';
import type { Range } from '../position.ts';
import type { ForIntroduction } from './for.ts';

/** What a template is made of, in the order of the text. Sequences may ask to trim the text at their sides. */
export type TemplatePart = TextPart | SequencePart;
export type TextPart = { kind: 'text'; text: string; range: Range };
export type SequencePart = InterpolationPart | IfPart | ForPart | EndPart | BrokenPart;
export type SequenceFrame = { range: Range; trimBefore: boolean; trimAfter: boolean };
type InterpolationPart = SequenceFrame & { kind: 'interpolation'; expression: Expression };
export type IfPart = SequenceFrame & { kind: 'if'; condition: Expression };
export type ForPart = SequenceFrame & { kind: 'for'; introduction: ForIntroduction };
/** A directive that could not be read; it might have been any. */
type BrokenPart = SequenceFrame & { kind: 'broken' };
type EndPart = SequenceFrame & { kind: 'else' | 'endif' | 'endfor' };

/** `~` takes away the blanks of the piece of text at its side; in a heredoc each line is a piece. */
export function trimAroundMarkers(parts: TemplatePart[]): void {
  for (const [i, part] of parts.entries()) {
    if (part.kind === 'text') continue;
    const before = parts[i - 1];
    const after = parts[i + 1];
    if (part.trimBefore && before?.kind === 'text') before.text = before.text.trimEnd();
    if (part.trimAfter && after?.kind === 'text') after.text = after.text.trimStart();
  }
}

/**
 * `<<-` takes from the start of each line as many blanks as all lines have. Lines of nothing but blanks are neither
 * counted nor changed.
 */
export function flushIndentation(parts: TemplatePart[]): void {
  const lines = lineStarts(parts);
  const width = lines.reduce((least, part) => Math.min(least, indentation(part)), Number.POSITIVE_INFINITY);
  for (const part of lines) if (part.kind === 'text') part.text = dropBlanks(part.text, width);
}

/** The parts that lines begin with, but for lines of blanks. */
function lineStarts(parts: TemplatePart[]): TemplatePart[] {
  let lineStart = true;
  return parts.filter((part) => {
    const here = lineStart;
    lineStart = part.kind === 'text' && part.text.endsWith('\n');
    return here && !(part.kind === 'text' && /^\s*\n$/.test(part.text));
  });
}

/** A line that begins with a sequence has none. */
function indentation(part: TemplatePart): number {
  return part.kind === 'text' ? leadingBlanks(part.text) : 0;
}

function leadingBlanks(text: string): number {
  return [.../^\s*/.exec(text)![0]].length;
}

function dropBlanks(text: string, count: number): string {
  return [...text].slice(count).join('');
}
