import { inTurn } from '../turns.ts';

type Waiter = { wake: () => void };

/**
 * Readers that hang until something they read changes. A topic is a table, a key, a value of a secondary index, or a prefix of keys;
 * a change wakes those who wait for one of its topics and nobody else. What many do when one write wakes them is spread over turns of the event loop.
 */
export class Waiters {
  readonly #topics = new Map<string, Set<Waiter>>();
  /** table → prefix → waiters */
  readonly #prefixes = new Map<string, Map<string, Set<Waiter>>>();

  get size(): number {
    let size = 0;
    for (const set of this.#topics.values()) size += set.size;
    for (const prefixes of this.#prefixes.values()) for (const set of prefixes.values()) size += set.size;
    return size;
  }

  /** Resolves true at the first matching change, false when the time is over or the signal fires. */
  wait(interest: Interest, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (woken: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#remove(interest, waiter);
        if (woken) inTurn(() => resolve(true));
        else resolve(false);
      };
      const waiter: Waiter = { wake: () => end(true) };
      const onAbort = () => end(false);
      const timer = setTimeout(() => end(false), timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#add(interest, waiter);
    });
  }

  /** Calls once, at the first matching change. The result takes it back. */
  once(interest: Interest, changed: () => void): () => void {
    const forget = () => this.#remove(interest, waiter);
    const waiter: Waiter = {
      wake() {
        forget();
        changed();
      },
    };
    this.#add(interest, waiter);
    return forget;
  }

  wakeTopic(topic: string): void {
    const waiting = this.#topics.get(topic);
    if (waiting) for (const waiter of [...waiting]) waiter.wake();
  }

  wakeKey(table: string, key: string): void {
    const prefixes = this.#prefixes.get(table);
    if (!prefixes) return;
    for (const [prefix, waiting] of prefixes)
      if (key.startsWith(prefix)) for (const waiter of [...waiting]) waiter.wake();
  }

  #add(interest: Interest, waiter: Waiter): void {
    for (const topic of interest.topics) setOf(this.#topics, topic).add(waiter);
    for (const [table, prefix] of interest.prefixes) {
      const prefixes = this.#prefixes.get(table) ?? new Map<string, Set<Waiter>>();
      this.#prefixes.set(table, prefixes);
      setOf(prefixes, prefix).add(waiter);
    }
  }

  #remove(interest: Interest, waiter: Waiter): void {
    for (const topic of interest.topics) removeFrom(this.#topics, topic, waiter);
    for (const [table, prefix] of interest.prefixes) {
      const prefixes = this.#prefixes.get(table);
      if (!prefixes) continue;
      removeFrom(prefixes, prefix, waiter);
      if (prefixes.size === 0) this.#prefixes.delete(table);
    }
  }
}

export type Interest = {
  readonly topics: ReadonlySet<string>;
  readonly prefixes: readonly (readonly [table: string, prefix: string])[];
};

/** What was read, and the state's index when it was. */
export type Reading = Interest & { readonly at: number };

function setOf(map: Map<string, Set<Waiter>>, key: string): Set<Waiter> {
  const found = map.get(key);
  if (found) return found;
  const made = new Set<Waiter>();
  map.set(key, made);
  return made;
}

function removeFrom(map: Map<string, Set<Waiter>>, key: string, waiter: Waiter): void {
  const set = map.get(key);
  set?.delete(waiter);
  if (set?.size === 0) map.delete(key);
}
