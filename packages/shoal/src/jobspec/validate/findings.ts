/**
 * What is wrong, and where in the job: `at` leads from the part that is judged to the field or block. One with `parts` is
 * the headline of theirs.
 */
export type Finding = { readonly text: string; readonly at: Path; readonly parts?: readonly Finding[] };
export type Path = readonly (string | number)[];

/** The layout in which Nomad lists errors: a headline and one indented bullet each; a nested list ends with its own blank lines. */
export function formatErrors(errors: readonly string[]): string {
  const headline = errors.length === 1 ? '1 error occurred:' : `${errors.length} errors occurred:`;
  return `${headline}\n\t* ${errors.join('\n\t* ')}\n\n`;
}

/** `Warnings` of the API; empty when there are none. */
export function formatWarnings(warnings: readonly string[]): string {
  return warnings.length === 0 ? '' : `${warnings.length} warning(s):\n\n* ${warnings.join('\n* ')}`;
}

/** A finding with all that is in it, as one error. */
export function errorText({ text, parts }: Finding): string {
  return parts === undefined ? text : `${text}${formatErrors(parts.map(errorText))}`;
}

/** Every single thing that is wrong, each with its way from the job. */
export function located(findings: readonly Finding[], above: Path = []): { text: string; path: Path }[] {
  return findings.flatMap(({ text, at, parts }) => {
    const path = [...above, ...at];
    return parts === undefined ? [{ text, path }] : located(parts, path);
  });
}

export function finding(text: string, ...at: Path): Finding {
  return { text, at };
}

/** The findings of a part as one of the whole; none if there are none. */
export function nested(text: string, parts: readonly Finding[], ...at: Path): Finding[] {
  return parts.length === 0 ? [] : [{ text, at, parts }];
}

/** The same findings, seen from further out. */
export function within(findings: readonly Finding[], ...at: Path): Finding[] {
  return findings.map((each) => ({ ...each, at: [...at, ...each.at] }));
}

/** A finding for each message whose condition holds. */
export function when(...checks: (readonly [holds: boolean, text: string, ...at: Path])[]): Finding[] {
  return checks.filter(([holds]) => holds).map(([, text, ...at]) => finding(text, ...at));
}

/** `validate` over the list in `field`, with each part's findings under `prefix(position)`; positions count from 1. */
export function nestedEach<T>(
  items: readonly T[] | null | undefined,
  field: string,
  prefix: (position: number, item: T) => string,
  validate: (item: T) => Finding[],
): Finding[] {
  return (items ?? []).flatMap((item, index) => nested(prefix(index + 1, item), validate(item), field, index));
}

/** A name that occurs twice, with the positions of both, counted from 1. */
export function repeated(names: readonly string[]): { name: string; first: number; again: number }[] {
  const seen = new Map<string, number>();
  const found: { name: string; first: number; again: number }[] = [];
  names.forEach((name, index) => {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index + 1);
    else found.push({ name, first, again: index + 1 });
  });
  return found;
}

/** Text that is only known on the node: it cannot be judged here. */
export function isInterpolated(text: string): boolean {
  return text.includes('${');
}

export const quoted = (text: string) => JSON.stringify(text);
