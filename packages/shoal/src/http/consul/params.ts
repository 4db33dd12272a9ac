import { BadRequestError } from '../shared/errors.ts';

/** Go's strconv.ParseBool. */
export function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}

/** `?node-meta=key:value`, any number of times: all must hold. */
export function nodeMetaFilter(query: URLSearchParams): (meta: Readonly<Record<string, string>> | null) => boolean {
  const wanted = query.getAll('node-meta').map((pair) => {
    const at = pair.indexOf(':');
    return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  });
  return (meta) => wanted.every(([key, value]) => meta?.[key as string] === value);
}

/** `?tag=`, any number of times, compared without case: an instance must have all. */
export function tagFilter(query: URLSearchParams): (tags: readonly string[]) => boolean {
  const wanted = query.getAll('tag').map((tag) => tag.toLowerCase());
  if (wanted.length === 0) return () => true;
  return (tags) => {
    const own = new Set(tags.map((tag) => tag.toLowerCase()));
    return wanted.every((tag) => own.has(tag));
  };
}

/** `?cas=INDEX`. */
export function casOf(query: URLSearchParams): number | undefined {
  const given = query.get('cas');
  if (given === null) return undefined;
  if (!/^\d+$/.test(given)) throw new BadRequestError(`Invalid cas value ${JSON.stringify(given)}`);
  return Number(given);
}

export function requireName(name: string | undefined, message: string): string {
  if (name === undefined || name === '') throw new BadRequestError(message);
  return name;
}
