import { compileFilter } from './evaluate.ts';
import type { Fields } from './fields.ts';

/** The `?filter=` of a request; an empty one lets everything pass. Throws FilterError. */
export function filterOf(query: URLSearchParams, fields: Fields): (value: unknown) => boolean {
  const source = query.get('filter') ?? '';
  return source === '' ? () => true : compileFilter(source, fields);
}
