import type { ChangeSet } from '../store/contract.ts';
import type { State } from './state.ts';

/** Change sets that are remembered, and changes in them all together. The newest set is, whatever its size. */
const SETS = 100;
const CHANGES = 10_000;

/** The last change sets, for readers who come later. Rows are shared with the tables, so that it costs next to nothing. */
export class RecentChanges {
  readonly #state: State;
  readonly #sets: ChangeSet[] = [];
  #changes = 0;

  constructor(state: State) {
    this.#state = state;
    state.follow((set) => this.#remember(set));
  }

  /** First the sets that are remembered from `index` on, then each as it comes. Returns what ends it. */
  follow(index: number, listener: (set: ChangeSet) => void): () => void {
    for (const set of this.#sets) if (set.index >= index) listener(set);
    return this.#state.follow((set) => {
      if (set.index >= index) listener(set);
    });
  }

  #remember(set: ChangeSet): void {
    this.#sets.push(set);
    this.#changes += set.changes.length;
    while (this.#sets.length > 1 && (this.#sets.length > SETS || this.#changes > CHANGES))
      this.#changes -= this.#sets.shift()?.changes.length ?? 0;
  }
}
