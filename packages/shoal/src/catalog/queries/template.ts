import { compileRegexp } from '../../regexp.ts';
import type { PreparedQueryRow } from '../../state/rows.ts';

/** The one kind of template that Consul documents. */
export const TEMPLATE_TYPE = 'name_prefix_match';

const NAMES = ['name.full', 'name.prefix', 'name.suffix', 'agent.segment'];
const MATCH = /^match\(\s*"?(\d+)"?\s*\)$/;

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
    const number = MATCH.exec(inner)?.[1];
    return number === undefined ? (names[inner] ?? '') : (matched[Number(number)] ?? '');
  };
  const service = filled(query.Service, fill);
  const Tags = RemoveEmptyTags ? (service.Tags?.filter((tag) => tag !== '') ?? null) : service.Tags;
  return { ...query, Service: { ...service, Tags } };
}

/** What is wrong with the templates within a query's `Service`, in Consul's words; undefined when nothing is. */
export function templateFault(service: unknown, place = 'Service'): string | undefined {
  if (typeof service === 'string') return textFault(service, place);
  if (typeof service !== 'object' || service === null) return undefined;
  for (const [name, field] of Object.entries(service)) {
    const fault = templateFault(field, Array.isArray(service) ? `${place}[${name}]` : `${place}.${name}`);
    if (fault) return fault;
  }
  return undefined;
}

function textFault(text: string, place: string): string | undefined {
  const open = text.replaceAll('$${', '').replace(/\$\{[^}]+\}/g, '');
  if (open.includes('${')) return `Bad format '${text}' in ${place}: parse error: syntax error`;
  for (const [token, inner = ''] of text.matchAll(/\$?\$\{([^}]*)\}/g)) {
    const name = inner.trim();
    if (token.startsWith('$$') || NAMES.includes(name) || MATCH.test(name)) continue;
    const what = /^\w+\(/.test(name) ? 'function called' : 'variable accessed';
    return `Bad evaluation for '${text}' in ${place}: unknown ${what}: ${name}; there are ${NAMES.join(', ')} and match(N)`;
  }
  return undefined;
}

/** All texts within, keys of maps left as they are. */
function filled<T>(value: T, fill: (text: string) => string): T {
  if (typeof value === 'string') return fill(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, fill)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, filled(field, fill)])) as T;
}
