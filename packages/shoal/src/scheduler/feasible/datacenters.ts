import type { Job, Node } from '@shoal/api';
import { compileRegexp, type Regexp } from '../../regexp.ts';

type Pattern = Pick<Regexp, 'test'>;

/** Which nodes a job may look at at all: by datacenter (names or globs: `*`, `?`, `[a-z]`, `{a,b}`) and by pool. */
export type Reach = { readonly includes: (node: Node) => boolean; readonly names: readonly string[] };

export function reachOf(job: Pick<Job, 'Datacenters' | 'NodePool'>): Reach {
  const wanted = job.Datacenters ?? [];
  const patterns = wanted.filter(isGlob).map(globPattern);
  const names = new Set(wanted.filter((each) => !isGlob(each)));
  const known = new Map<string, boolean>();
  const inDatacenter = (name: string) => {
    const found = known.get(name) ?? (names.has(name) || patterns.some((pattern) => pattern.test(name)));
    known.set(name, found);
    return found;
  };
  const pool = job.NodePool || 'default';
  const inPool = (node: Node) => pool === 'all' || (node.NodePool || 'default') === pool;
  return { includes: (node) => inPool(node) && inDatacenter(node.Datacenter), names: [...names] };
}

function isGlob(name: string): boolean {
  return /[*?[{]/.test(name);
}

function globPattern(glob: string): Pattern {
  let source = '';
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at] as string;
    const close = char === '[' ? glob.indexOf(']', at + 1) : char === '{' ? glob.indexOf('}', at + 1) : -1;
    if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (close === -1) source += escaped(char);
    else {
      const inside = glob.slice(at + 1, close);
      source +=
        char === '['
          ? `[${inside.replace(/^[!^]/, '^').replace(/\\/g, '\\\\')}]`
          : `(?:${inside.split(',').map(escaped).join('|')})`;
      at = close;
    }
  }
  return readable(`^${source}$`);
}

/** A glob that cannot be read (`[z-a]`) names nothing. */
function readable(source: string): Pattern {
  const compiled = compileRegexp(source);
  return 'error' in compiled ? { test: () => false } : compiled;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
