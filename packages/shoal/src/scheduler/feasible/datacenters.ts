import type { Job, Node } from '@shoal/api';

/** Which nodes a job may look at at all: by datacenter (names or globs: `*`, `?`, `[a-z]`, `{a,b}`) and by pool. */
export type Reach = { readonly includes: (node: Node) => boolean; readonly names: readonly string[] };

export function reachOf(job: Pick<Job, 'Datacenters' | 'NodePool'>): Reach {
  const wanted = job.Datacenters ?? [];
  const patterns = wanted.filter(isGlob).map(globToRegExp);
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

function globToRegExp(glob: string): RegExp {
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
function readable(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch {
    return /^(?!)/;
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
