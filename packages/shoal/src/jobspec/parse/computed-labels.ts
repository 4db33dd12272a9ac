import type { Diagnostic } from '@shoal/hcl';

/** Who computes a label means the name of the job, or makes several groups or tasks: what to write for that. */
export function withRemedyForLabels(mistakes: readonly Diagnostic[], source: string): Diagnostic[] {
  return mistakes.map((mistake) => {
    if (mistake.summary !== 'Computed label' || !mistake.range) return mistake;
    const line = source.split('\n')[mistake.range.start.line - 1] ?? '';
    const type = /^\s*(\w+)\s*"/.exec(line)?.[1];
    return type === undefined || type === 'variable' ? mistake : { ...mistake, remedy: remedyFor(type) };
  });
}

function remedyFor(type: string): string {
  return type === 'job'
    ? 'write job "NAME" plainly, and what is computed into it: id = "…"'
    : `write it plainly, or dynamic "${type}" with for_each = [ … ], labels = [ … ] and content { … }`;
}
