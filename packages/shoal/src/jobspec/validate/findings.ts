/** The layout in which Nomad lists errors: a headline and one indented bullet each; a nested list ends with its own blank lines. */
export function formatErrors(errors: readonly string[]): string {
  const headline = errors.length === 1 ? '1 error occurred:' : `${errors.length} errors occurred:`;
  return `${headline}\n\t* ${errors.join('\n\t* ')}\n\n`;
}

/** `Warnings` of the API; empty when there are none. */
export function formatWarnings(warnings: readonly string[]): string {
  return warnings.length === 0 ? '' : `${warnings.length} warning(s):\n\n* ${warnings.join('\n* ')}`;
}

/** The errors of a part as one error of the whole; none if there are none. */
export function nested(prefix: string, errors: readonly string[]): string[] {
  return errors.length === 0 ? [] : [`${prefix}${formatErrors(errors)}`];
}

/** The messages whose condition holds. */
export function when(...checks: (readonly [boolean, string])[]): string[] {
  return checks.filter(([holds]) => holds).map(([, message]) => message);
}

/** `validate` over a list, with each part's errors under `prefix(position)`; positions count from 1. */
export function nestedEach<T>(
  items: readonly T[] | null | undefined,
  prefix: (position: number, item: T) => string,
  validate: (item: T) => string[],
): string[] {
  return (items ?? []).flatMap((item, index) => nested(prefix(index + 1, item), validate(item)));
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
