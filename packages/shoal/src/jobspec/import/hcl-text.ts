/** A piece of a job file that is yet to be written. Comments stand above what follows them. */
export type Item =
  | { readonly kind: 'argument'; readonly name: string; readonly value: Expression }
  | {
      readonly kind: 'block';
      readonly type: string;
      readonly labels: readonly string[];
      readonly items: readonly Item[];
    }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'gap' };

/** `code` is an expression as it stands. */
export type Expression =
  | string
  | number
  | boolean
  | Code
  | readonly Expression[]
  | { readonly map: Readonly<Record<string, Expression>> };
export type Code = { readonly code: string };

export const argument = (name: string, value: Expression): Item => ({ kind: 'argument', name, value });
export const block = (type: string, labels: readonly string[], items: readonly Item[]): Item => ({
  kind: 'block',
  type,
  labels,
  items,
});
export const comment = (text: string): Item => ({ kind: 'comment', text });
export const gap: Item = { kind: 'gap' };
export const code = (text: string): Code => ({ code: text });

/** An argument, if there is a value. */
export function optional(name: string, value: Expression | undefined): Item[] {
  return value === undefined ? [] : [argument(name, value)];
}

/** Items as text; the layout is left to the formatter. */
export function hclText(items: readonly Item[]): string {
  return items.map(itemText).join('');
}

function itemText(item: Item): string {
  switch (item.kind) {
    case 'argument':
      return `${item.name} = ${expressionText(item.value)}\n`;
    case 'block': {
      const labels = item.labels.map((label) => ` ${quoted(label)}`).join('');
      return item.items.length === 0
        ? `${item.type}${labels} {}\n`
        : `${item.type}${labels} {\n${hclText(item.items)}}\n`;
    }
    case 'comment':
      return item.text
        .split('\n')
        .map((line) => `# ${line}`.trimEnd())
        .join('\n')
        .concat('\n');
    case 'gap':
      return '\n';
  }
}

function expressionText(value: Expression): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  if ('code' in value) return value.code;
  if (!isList(value)) return mapText(value.map);
  const items = value.map(expressionText);
  const line = `[${items.join(', ')}]`;
  return line.length <= 80 && !line.includes('\n') ? line : `[\n${items.map((item) => `${item},\n`).join('')}]`;
}

function isList(value: object): value is readonly Expression[] {
  return Array.isArray(value);
}

function mapText(map: Readonly<Record<string, Expression>>): string {
  const lines = Object.entries(map).map(
    ([key, value]) => `${isName(key) ? key : quoted(key)} = ${expressionText(value)}\n`,
  );
  return `{\n${lines.join('')}}`;
}

/** Whether a word can stand as an argument's name. */
export function isName(word: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(word);
}

/** A text as a string that means just that text. */
export function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** The inside of a string: nothing in it is an interpolation. */
export function escaped(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/\\b/g, '\\u0008')
    .replace(/\\f/g, '\\u000c')
    .replace(/([$%])(?=\{)/g, '$1$1');
}
