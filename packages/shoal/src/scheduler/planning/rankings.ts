import type { Job } from '@shoal/api';
import type { GroupEntry } from '../cluster/entries.ts';
import type { Nodes } from '../cluster/nodes.ts';
import { askOf, criteriaOf, keysOf } from '../place/ask.ts';
import { Candidates } from '../place/candidates.ts';
import { Properties } from '../place/properties.ts';
import { Ranking } from '../place/ranking.ts';
import type { SchedulerAlgorithm } from '../plan.ts';

/** So many slots are remembered in all rankings together, at some 40 bytes each; and so many rankings in any case, and at most. */
const KEPT_SLOTS = 2 ** 20;
const KEPT_AT_LEAST = 16;
const KEPT_AT_MOST = 1024;
const KEPT_TEXTS = 4096;

/** What is known of the nodes for each kind of ask: the least recently used is forgotten first. */
export class Rankings {
  readonly properties: Properties;
  readonly #nodes: Nodes;
  #algorithm: SchedulerAlgorithm;
  readonly #candidates = new Map<string, Candidates>();
  readonly #rankings = new Map<string, Ranking>();
  /** Most groups ask what others do: they share the texts. */
  readonly #texts = new Map<string, string>();

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
    return this.#remember(this.#rankings, `${criteria} ${ask}`, () => {
      const candidates = this.candidates(job, group);
      const { properties } = this;
      return new Ranking(askOf(job, group), { candidates, nodes: this.#nodes, properties, algorithm: this.#algorithm });
    });
  }

  candidates(job: Job, group: GroupEntry): Candidates {
    const { criteria } = this.#keysOf(job, group);
    return this.#remember(this.#candidates, criteria, () => new Candidates(criteriaOf(job, group), this.#nodes));
  }

  #keysOf(job: Job, group: GroupEntry): ReturnType<typeof keysOf> {
    if (group.keys) return group.keys;
    const { criteria, ask } = keysOf(job, group);
    group.keys = { criteria: this.#text(criteria), ask: this.#text(ask) };
    return group.keys;
  }

  #text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size > KEPT_TEXTS) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }

  #remember<T>(kept: Map<string, T>, key: string, make: () => T): T {
    const found = kept.get(key) ?? make();
    kept.delete(key);
    kept.set(key, found);
    const [oldest] = kept.keys();
    if (kept.size > this.#room() && oldest !== undefined) kept.delete(oldest);
    return found;
  }

  #room(): number {
    return Math.min(KEPT_AT_MOST, Math.max(KEPT_AT_LEAST, KEPT_SLOTS / Math.max(1, this.#nodes.size)));
  }
}
