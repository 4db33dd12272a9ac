import type { CatalogView } from './view.ts';
import type { ZoneContext } from './zone-context.ts';

/** What making an answer looked at. While all of it reads the same, so does the answer. */
export type Reads = {
  /** False when one of the things read, being another answer, need not read the same while the catalog does. */
  isLasting: boolean;
  /** The second in which the answer holds, when it tells the time. */
  second: number | undefined;
  /** The order was decided by chance. */
  isShuffled: boolean;
  readonly services: Found<'service'>[];
  readonly nodes: Found<'node'>[];
};

type Found<K extends 'service' | 'node'> = { readonly name: string; readonly value: ReturnType<CatalogView[K]> };

/** A context that notes what is read of another one. */
export function noting(context: ZoneContext): { readonly context: ZoneContext; readonly reads: Reads } {
  const reads: Reads = { isLasting: true, second: undefined, isShuffled: false, services: [], nodes: [] };
  const { view, queries, mesh, remote, settings } = context;
  const noted: ZoneContext = {
    settings,
    view: {
      datacenter: view.datacenter,
      service: (name) => note(reads.services, name, view.service(name)),
      node: (name) => note(reads.nodes, name, view.node(name)),
      nodeAt: (address) => passing(view.nodeAt(address)),
      instanceAt: (address) => passing(view.instanceAt(address)),
      onChange: (listener) => view.onChange(listener),
    },
    ...(queries && { queries: { query: (name) => passing(queries.query(name)) } }),
    ...(remote && { remote: (datacenter: string) => passing(remote(datacenter)) }),
    ...(mesh && {
      mesh: { connect: (name) => passing(mesh.connect(name)), ingress: (name) => passing(mesh.ingress(name)) },
    }),
    random() {
      reads.isShuffled = true;
      return context.random();
    },
    get now() {
      reads.second = context.now;
      return context.now;
    },
  };
  return { context: noted, reads };

  function passing<T>(value: T): T {
    reads.isLasting = false;
    return value;
  }
}

/** Whether an answer that was made from these would be made the same way now. The view gives the same object as long as nothing of it changed. */
export function stillHold(reads: Reads, { view, now }: ZoneContext): boolean {
  if (reads.second !== undefined && reads.second !== now) return false;
  for (const { name, value } of reads.services) if (view.service(name) !== value) return false;
  for (const { name, value } of reads.nodes) if (view.node(name) !== value) return false;
  return true;
}

function note<T>(into: { name: string; value: T }[], name: string, value: T): T {
  into.push({ name, value });
  return value;
}
