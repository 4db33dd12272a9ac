import type { ChangeSet } from './contract.ts';

/** The last change sets, for followers that come a little late, and the followers themselves. */
export class FeedHistory {
  readonly #limit: number;
  readonly #followers = new Set<(set: ChangeSet) => void>();
  #sets: ChangeSet[] = [];
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
    // Cut in big steps: shifting one by one would move the whole array each time.
    if (this.#sets.length > this.#limit * 2) {
      this.#sets = this.#sets.slice(-this.#limit);
      this.#floor = (this.#sets[0]?.index ?? 1) - 1;
    }
    for (const follower of this.#followers) follower(set);
  }

  follow(from: number, listener: (set: ChangeSet) => void): (() => void) | 'compacted' {
    if (from < this.#floor) return 'compacted';
    for (const set of this.#sets) if (set.index > from) listener(set);
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }
}
