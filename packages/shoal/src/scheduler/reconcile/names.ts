import type { AllocEntry } from '../cluster/entries.ts';

/** The numbers in the names of a group's allocations: `job.group[0]` to `job.group[count - 1]`. */
export class NameIndex {
  readonly #prefix: string;
  readonly #count: number;
  readonly #used = new Set<number>();

  constructor(
    job: string,
    group: { readonly Name: string; readonly Count: number },
    ...allocs: readonly (readonly AllocEntry[])[]
  ) {
    this.#prefix = `${job}.${group.Name}`;
    this.#count = group.Count;
    for (const some of allocs) for (const { index } of some) this.#used.add(index);
  }

  set(index: number): void {
    this.#used.add(index);
  }

  unset(index: number): void {
    this.#used.delete(index);
  }

  /** Names for new allocations: the lowest that are free; when all are in use, the lowest again. */
  next(count: number): string[] {
    const chosen: number[] = [];
    for (let index = 0; index < this.#count && chosen.length < count; index++)
      if (!this.#used.has(index)) chosen.push(index);
    for (let index = 0; chosen.length < count; index++) chosen.push(index % Math.max(1, this.#count));
    for (const index of chosen) this.#used.add(index);
    return chosen.map((index) => this.#name(index));
  }

  /** A canary takes the name of one that it is to replace; then of any that is free. */
  nextCanaries(count: number, replaced: readonly AllocEntry[]): string[] {
    const indexes = replaced.map((alloc) => alloc.index).filter((index) => index < this.#count);
    const taken = [...new Set(indexes)].sort((a, b) => a - b).slice(0, count);
    return [...taken.map((index) => this.#name(index)), ...this.next(count - taken.length)];
  }

  #name(index: number): string {
    return `${this.#prefix}[${index}]`;
  }
}
