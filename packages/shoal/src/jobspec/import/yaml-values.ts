/** Whatever YAML holds, looked at without trust. */
export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function mapping(value: unknown): Mapping {
  return isMapping(value) ? value : {};
}

/** A scalar as text; undefined for anything else. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A list of scalars, or a single one, as texts. */
export function texts(value: unknown): string[] {
  const items = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return items.flatMap((item) => text(item) ?? []);
}

/** `KEY=value` lines or a mapping; a key without a value is undefined, and of two that are the same the last counts. */
export function pairs(value: unknown): [string, string | undefined][] {
  if (isMapping(value)) return Object.entries(value).map(([key, item]) => [key, text(item)]);
  const lines = texts(value).map((line): [string, string | undefined] => {
    const at = line.indexOf('=');
    return at < 0 ? [line, undefined] : [line.slice(0, at), line.slice(at + 1)];
  });
  return [...new Map(lines)];
}

/** Words of a command as Compose cuts it: blanks divide, quotes and backslashes hold together. */
export function words(line: string): string[] {
  const found = line.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+/gs) ?? [];
  return found.map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_all, double?: string, single?: string, one?: string) =>
      double !== undefined ? double.replace(/\\(["\\$`])/g, '$1') : (single ?? one ?? ''),
    ),
  );
}

/** A command, as a list or as a line. */
export function command(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? words(value) : texts(value);
}

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `1.5g`, `512m`, bytes; undefined for what is none. */
export function bytes(value: unknown): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([bkmg])?b?$/i.exec(text(value)?.trim() ?? '');
  if (!found) return undefined;
  const size = Math.round(Number(found[1]) * (UNITS[(found[2] ?? 'b').toLowerCase()] ?? 1));
  return Number.isSafeInteger(size) ? size : undefined;
}

export function mebibytes(value: unknown): number | undefined {
  const size = bytes(value);
  return size === undefined ? undefined : Math.max(1, Math.round(size / 1024 ** 2));
}

/** Permission bits: `0440` and `440` are octal digits, which the reader took for a decimal number; `0o440` it has read as such. */
export function modeBits(value: unknown): number | undefined {
  const written = text(value) ?? '';
  if (/^[0-7]{3,5}$/.test(written)) return Number.parseInt(written, 8);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0o7777 ? value : undefined;
}
