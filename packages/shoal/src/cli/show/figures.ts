/** Figures by the part that they are of, in the order of their names. */
export function figuresText(figures: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return sorted(figures)
    .map(([part, values]) => `${part}:\n${lines(values)}`)
    .join('');
}

function lines(values: Readonly<Record<string, string>>): string {
  return sorted(values)
    .map(([name, value]) => `\t${name} = ${value}\n`)
    .join('');
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
