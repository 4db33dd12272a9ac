import { compileRegexp } from '../../regexp.ts';
import type { PreparedQueryRow } from '../../state/rows.ts';

/** The one kind of template that Consul documents. */
export const TEMPLATE_TYPE = 'name_prefix_match';

type Query = Pick<PreparedQueryRow, 'Name' | 'Template' | 'Service'>;

/** A template as the query that it stands for under a name, with `${name.full}`, `${name.prefix}`, `${name.suffix}` and `${match(N)}` filled in. */
export function renderTemplate<Q extends Query>(query: Q, asked: string): Q {
  const { Regexp, RemoveEmptyTags } = query.Template;
  const pattern = compileRegexp(Regexp);
  const matched = Regexp === '' || 'error' in pattern ? [] : (pattern.groups(asked) ?? []);
  const names: Record<string, string> = {
    'name.full': asked,
    'name.prefix': query.Name,
    'name.suffix': asked.slice(query.Name.length),
    'agent.segment': '',
  };
  const fill = (text: string) =>
    text.replace(/\$?\$\{([^}]*)\}/g, (token, inner: string) => value(token, inner.trim()));
  const value = (token: string, inner: string) => {
    // A doubled dollar stands for itself.
    if (token.startsWith('$$')) return token.slice(1);
    const number = /^match\(\s*(\d+)\s*\)$/.exec(inner)?.[1];
    return number === undefined ? (names[inner] ?? '') : (matched[Number(number)] ?? '');
  };
  const service = filled(query.Service, fill);
  const Tags = RemoveEmptyTags ? (service.Tags?.filter((tag) => tag !== '') ?? null) : service.Tags;
  return { ...query, Service: { ...service, Tags } };
}

/** All texts within, keys of maps left as they are. */
function filled<T>(value: T, fill: (text: string) => string): T {
  if (typeof value === 'string') return fill(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, fill)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, filled(field, fill)])) as T;
}
