import type { Range } from './position.ts';

/**
 * Something to tell the writer of a file. `summary` is a headline, `detail` full sentences, `range` the spot,
 * `context` the wider place that makes sense of it, `remedy` what to write instead.
 */
export type Diagnostic = {
  severity: 'error' | 'warning';
  summary: string;
  detail: string;
  range?: Range;
  context?: Range;
  remedy?: string;
};

export function errorAt(
  range: Range,
  summary: string,
  detail: string,
  more: { context?: Range; remedy?: string } = {},
) {
  return { severity: 'error', summary, detail, range, ...more } satisfies Diagnostic as Diagnostic;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
