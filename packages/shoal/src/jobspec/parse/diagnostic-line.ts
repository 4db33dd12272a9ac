import type { Diagnostic, Range } from '@shoal/hcl';

/** A mistake on one line, as the parse endpoint answers it: `input.hcl:2,3-9: Unsupported argument; An argument …`. */
export function diagnosticLine({ range, summary, detail }: Diagnostic): string {
  return `${range ? rangeText(range) : '<nil>'}: ${summary}; ${detail}`;
}

/** All errors among `diagnostics`, a line each. */
export function errorLines(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .filter((each) => each.severity === 'error')
    .map(diagnosticLine)
    .join('\n');
}

/** `file:line,column-column`, or `file:line,column-line,column` over several lines. */
function rangeText({ filename, start, end }: Range): string {
  const to = start.line === end.line ? end.column : `${end.line},${end.column}`;
  return `${filename}:${start.line},${start.column}-${to}`;
}
