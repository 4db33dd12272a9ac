import type { Job, TaskGroup } from '@shoal/api';
import type { GroupEntry } from '../cluster/entries.ts';
import type { Nodes } from '../cluster/nodes.ts';
import { askOf, criteriaOf, keysOf } from '../place/ask.ts';
import { Candidates } from '../place/candidates.ts';
import { Properties } from '../place/properties.ts';
import { Ranking } from '../place/ranking.ts';
import type { SchedulerAlgorithm } from '../plan.ts';

/** So many are remembered; a ranking costs some 30 bytes per node. */
const KEPT = 64;

/** What is known of the nodes for each kind of ask: the least recently used is forgotten first. */
export class Rankings {
  readonly properties: Properties;
  readonly #nodes: Nodes;
  #algorithm: SchedulerAlgorithm;
  readonly #candidates = new Map<string, Candidates>();
  readonly #rankings = new Map<string, Ranking>();
  readonly #keys = new WeakMap<TaskGroup, ReturnType<typeof keysOf>>();

  constructor(nodes: Nodes, algorithm: SchedulerAlgorithm) {
    this.#nodes = nodes;
    this.#algorithm = algorithm;
    this.properties = new Properties(nodes);
  }

  configure(algorithm: SchedulerAlgorithm): void {
    if (algorithm === this.#algorithm) return;
    this.#algorithm = algorithm;
    this.#rankings.clear();
  }

  of(job: Job, group: GroupEntry): Ranking {
    const { criteria, ask } = this.#keysOf(job, group);
    return remember(this.#rankings, `${criteria} ${ask}`, () => {
      const candidates = this.candidates(job, group);
      const { properties } = this;
      return new Ranking(askOf(job, group), { candidates, nodes: this.#nodes, properties, algorithm: this.#algorithm });
    });
  }

  candidates(job: Job, group: GroupEntry): Candidates {
    const { criteria } = this.#keysOf(job, group);
    return remember(this.#candidates, criteria, () => new Candidates(criteriaOf(job, group), this.#nodes));
  }

  #keysOf(job: Job, group: GroupEntry): ReturnType<typeof keysOf> {
    const known = this.#keys.get(group.group);
    if (known) return known;
    const keys = keysOf(job, group);
    this.#keys.set(group.group, keys);
    return keys;
  }
}

function remember<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const found = kept.get(key) ?? make();
  kept.delete(key);
  kept.set(key, found);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  return found;
}
