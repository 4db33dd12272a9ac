import { type Cluster, TENTATIVE } from '../cluster/cluster.ts';
import type { AllocEntry } from '../cluster/entries.ts';
import type { NewAlloc } from '../plan.ts';

type Fields = Partial<
  Pick<AllocEntry, 'desired' | 'stated' | 'statedAt' | 'next' | 'followUp' | 'version' | 'deploymentId'>
>;
type Before = { readonly alloc: AllocEntry; readonly modifyIndex: number; readonly fields: Required<Fields> };

/** What a plan changed in the cluster ahead of its commit, so that it can be taken back. */
export class Journal {
  readonly #cluster: Cluster;
  readonly #added: AllocEntry[] = [];
  readonly #before = new Map<string, Before>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  add(row: NewAlloc): void {
    this.#added.push(this.#cluster.addTentative(row));
  }

  /** So many of the added ones are rows now, with this index. */
  brought(from: number, count: number, index: number): void {
    for (const alloc of this.#added.slice(from, from + count)) this.#cluster.confirm(alloc, index);
  }

  change(alloc: AllocEntry, fields: Fields): void {
    if (!this.#before.has(alloc.id)) this.#before.set(alloc.id, snapshot(alloc));
    Object.assign(alloc, fields);
    this.#cluster.recount(alloc);
  }

  /** What the feed has brought meanwhile stays. */
  undo(): void {
    for (const alloc of this.#added) if (alloc.createIndex === TENTATIVE) this.#cluster.removeAlloc(alloc.id);
    for (const { alloc, modifyIndex, fields } of this.#before.values()) {
      if (alloc.modifyIndex !== modifyIndex) continue;
      Object.assign(alloc, fields);
      this.#cluster.recount(alloc);
    }
  }
}

function snapshot(alloc: AllocEntry): Before {
  const { desired, stated, statedAt, next, followUp, version, deploymentId, modifyIndex } = alloc;
  return { alloc, modifyIndex, fields: { desired, stated, statedAt, next, followUp, version, deploymentId } };
}
