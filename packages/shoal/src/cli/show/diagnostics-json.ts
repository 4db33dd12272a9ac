import type { Diagnostic, Range } from '@shoal/hcl';
import { jsonText } from '../output/json.ts';

/**
 * What is wrong with files, for programs: the shape that `terraform validate -json` has made known, with a `remedy` where
 * there is one. Lines and columns count from 1, bytes from 0; an end is behind the last character.
 */
export function diagnosticsJson(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>): string {
  const count = (severity: Diagnostic['severity']) => diagnostics.filter((each) => each.severity === severity).length;
  return jsonText({
    format_version: '1.0',
    valid: count('error') === 0,
    error_count: count('error'),
    warning_count: count('warning'),
    diagnostics: diagnostics.map((each) => plain(each, sources)),
  });
}

function plain({ severity, summary, detail, remedy, range }: Diagnostic, sources: ReadonlyMap<string, string>) {
  return {
    severity,
    summary,
    detail,
    ...(remedy !== undefined && { remedy }),
    ...(range !== undefined && { range, ...snippetOf(range, sources.get(range.filename)) }),
  };
}

/** The line that the range begins on; offsets count characters of it. */
function snippetOf({ start, end }: Range, source: string | undefined) {
  const code = source?.split(/\r?\n/)[start.line - 1];
  if (code === undefined) return {};
  const from = Math.min(start.column - 1, code.length);
  const to = end.line > start.line ? code.length : Math.min(Math.max(end.column - 1, from), code.length);
  return { snippet: { code, start_line: start.line, highlight_start_offset: from, highlight_end_offset: to } };
}
