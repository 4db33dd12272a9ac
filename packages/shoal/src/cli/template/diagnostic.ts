import type { TemplateError } from '@shoal/gotemplate';
import type { Diagnostic, Range } from '@shoal/hcl';

/** What is wrong with a template, in the form that all files' mistakes are told in. */
export function templateDiagnostic(error: TemplateError, { filename, source }: Source): Diagnostic {
  const lines = source.split('\n');
  const line = Math.min(error.line, lines.length);
  const text = lines[line - 1] ?? '';
  // Go counts bytes from 0, frames count characters from 1.
  const before = Buffer.from(text).subarray(0, error.column).toString();
  const start = position(lines, line, before);
  const end = position(lines, line, before + wordAt(text.slice(before.length)));
  return {
    severity: 'error',
    summary: error.phase === 'parse' ? 'The template cannot be read' : 'The template cannot be rendered',
    detail: sentence(error.reason),
    range: { filename, start, end },
    ...(error.remedy !== undefined && { remedy: error.remedy }),
  };
}

type Source = { readonly filename: string; readonly source: string };

function position(lines: readonly string[], line: number, before: string): Range['start'] {
  const above = lines.slice(0, line - 1).reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
  return { line, column: graphemes(before) + 1, byte: above + Buffer.byteLength(before) };
}

function graphemes(text: string): number {
  return [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].length;
}

/** A word, a quoted text, or one character. */
function wordAt(text: string): string {
  return /^(?:"(?:[^"\\]|\\.)*"|`[^`]*`|[$.]?[\p{L}\p{Nd}_.]+|.)/u.exec(text)?.[0] ?? '';
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
