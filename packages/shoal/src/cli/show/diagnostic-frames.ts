import { type Diagnostic, formatDiagnostic } from '@shoal/hcl';
import type { Io } from '../io.ts';

/** All diagnostics as code frames for the standard error. `sources` are the texts of files by their names. */
export function diagnosticFrames(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  io: Io,
): string {
  const color = io.paintErr.bold('x') !== 'x';
  return diagnostics
    .map((diagnostic) => formatDiagnostic(diagnostic, sources.get(diagnostic.range?.filename ?? ''), { color }))
    .join('\n');
}
