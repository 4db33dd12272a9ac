import { FunctionError } from '../../errors.ts';
import { entries, Method, raw, Typed } from '../../values.ts';

/**
 * A pad that a template keeps values on while it is evaluated: `Key`, `Get`, `Set`, `SetX` (only if new), `MapSet`, `MapSetX`, `MapValues` (in the
 * order of the keys). All but `Key`, `Get` and `MapValues` write nothing into the text.
 */
export function createScratch(): Typed {
  const values = new Map<string, unknown>();
  const set = (key: string, value: unknown): string => {
    values.set(key, value);
    return '';
  };
  const setMap = (name: string, key: string, value: unknown, replace: boolean): string => {
    if (!values.has(name)) values.set(name, Object.create(null));
    const map = mapOf(values.get(name), name);
    if (replace || !Object.hasOwn(map, key)) map[key] = value;
    return '';
  };
  const methods = {
    Key: method(1, 1, (key) => values.has(key)),
    Get: method(1, 1, (key) => values.get(key) ?? null),
    Set: method(1, 2, (key, value) => set(key, value)),
    SetX: method(1, 2, (key, value) => (values.has(key) ? '' : set(key, value))),
    MapSet: method(2, 3, (name, key, value) => setMap(name, String(raw(key)), value, true)),
    MapSetX: method(2, 3, (name, key, value) => setMap(name, String(raw(key)), value, false)),
    MapValues: method(1, 1, (name) => {
      if (!values.has(name)) return [];
      return entries(mapOf(values.get(name), name)).map(([, value]) => value);
    }),
  };
  return new Typed('*template.Scratch', {}, methods);
}

/** The first arguments are names. */
function method(names: number, count: number, call: (name: string, ...rest: unknown[]) => unknown): () => Method {
  const params = Array<'string'>(names).fill('string');
  return () =>
    new Method({ min: count, max: count, params, call: (name, ...rest) => call(String(raw(name)), ...rest) });
}

function mapOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Typed) {
    throw new FunctionError(`"${name}" is not a map`);
  }
  return value as Record<string, unknown>;
}
