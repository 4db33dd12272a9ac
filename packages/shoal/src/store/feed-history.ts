import type { ChangeSet } from './contract.ts';

/** Changes in all sets that are held, at most: rows that the tables no longer share would fill the memory. The newest set is held, whatever its size. */
const CHANGES = 20_000;

/** The last change sets, for followers that come a little late, and the followers themselves. */
export class FeedHistory {
  readonly #limit: number;
  readonly #followers = new Set<(set: ChangeSet) => void>();
  #sets: ChangeSet[] = [];
  #changes = 0;
  /** The index after which every set is held. */
  #floor = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  startAt(index: number): void {
    this.#floor = index;
  }

  publish(set: ChangeSet): void {
    this.#sets.push(set);
    this.#changes += set.changes.length;
    // Cut in big steps: shifting one by one would move the whole array each time.
    if (this.#sets.length > this.#limit * 2 || this.#changes > CHANGES * 2) this.#cut();
    for (const follower of this.#followers) follower(set);
  }

  #cut(): void {
    let from = this.#sets.length - 1;
    let changes = this.#sets[from]?.changes.length ?? 0;
    while (from > 0 && this.#sets.length - from < this.#limit) {
      const more = this.#sets[from - 1]?.changes.length ?? 0;
      if (changes + more > CHANGES) break;
      changes += more;
      from -= 1;
    }
    this.#sets = this.#sets.slice(from);
    this.#changes = changes;
    this.#floor = (this.#sets[0]?.index ?? 1) - 1;
  }

  follow(from: number, listener: (set: ChangeSet) => void): (() => void) | 'compacted' {
    if (from < this.#floor) return 'compacted';
    for (const set of this.#sets) if (set.index > from) listener(set);
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }
}
