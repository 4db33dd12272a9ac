/**
 * Runtime interpolation (https://developer.hashicorp.com/nomad/docs/reference/runtime-variable-interpolation): `${node.*}`, `${attr.*}`, `${meta.*}`
 * (the client's), `${NOMAD_*}`, the task's own variables, and `${env["NAME"]}`. A name that is not known stays as it is written.
 */
export type Variables = { get(name: string): string | undefined };

const REFERENCE = /\$\{([^{}]+)\}/g;
const ENV_INDEX = /^env\[\s*"([^"]+)"\s*\]$/;

/** Replaces every known reference in the text, once: what comes in is not looked at again. */
export function interpolate(text: string, variables: Variables): string {
  if (!text.includes('${')) return text;
  return text.replace(REFERENCE, (whole, inner: string) => variables.get(nameOf(inner)) ?? whole);
}

function nameOf(inner: string): string {
  const name = inner.trim();
  return ENV_INDEX.exec(name)?.[1] ?? name;
}

/** The same for every text inside lists and maps (a driver's `config`); other values stay. Keys of maps are interpolated too. */
export function interpolateDeep(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((item) => interpolateDeep(item, variables));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [interpolate(key, variables), interpolateDeep(item, variables)]),
  );
}

/** A map's values, interpolated; null counts as empty. */
export function interpolateMap(map: Record<string, string> | null, variables: Variables): Record<string, string> {
  const entries = Object.entries(map ?? {});
  return Object.fromEntries(entries.map(([key, text]) => [interpolate(key, variables), interpolate(text, variables)]));
}
