import type { Job, TaskGroup } from '@shoal/api';
import type { GroupEntry } from '../cluster/entries.ts';
import type { Nodes } from '../cluster/nodes.ts';
import { askKey, askOf } from '../place/ask.ts';
import { Ranking } from '../place/ranking.ts';
import type { SchedulerAlgorithm } from '../plan.ts';

/** So many asks are remembered; each costs some 40 bytes per node. */
const KEPT = 256;

/** Rankings by what is asked, the least recently used forgotten first. */
export class Rankings {
  readonly #nodes: Nodes;
  #algorithm: SchedulerAlgorithm;
  readonly #byKey = new Map<string, Ranking>();
  readonly #keys = new WeakMap<TaskGroup, string>();

  constructor(nodes: Nodes, algorithm: SchedulerAlgorithm) {
    this.#nodes = nodes;
    this.#algorithm = algorithm;
  }

  configure(algorithm: SchedulerAlgorithm): void {
    if (algorithm === this.#algorithm) return;
    this.#algorithm = algorithm;
    this.#byKey.clear();
  }

  of(job: Job, group: GroupEntry): Ranking {
    const key = this.#keyOf(job, group);
    const found = this.#byKey.get(key) ?? new Ranking(askOf(job, group), this.#nodes, this.#algorithm);
    this.#byKey.delete(key);
    this.#byKey.set(key, found);
    if (this.#byKey.size > KEPT) for (const oldest of [...this.#byKey.keys()].slice(0, 1)) this.#byKey.delete(oldest);
    return found;
  }

  #keyOf(job: Job, group: GroupEntry): string {
    const known = this.#keys.get(group.group);
    if (known !== undefined) return known;
    const key = askKey(job, group);
    this.#keys.set(group.group, key);
    return key;
  }
}
