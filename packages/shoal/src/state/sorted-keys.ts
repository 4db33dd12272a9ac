/** Most keys a chunk holds; a full chunk is split in two. */
const CHUNK = 512;

/** A set of strings in the order of their UTF-16 code units, for listings and prefix scans. Insertion costs a search and a move of at most one chunk. */
export class SortedKeys {
  #chunks: string[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(key: string): boolean {
    const chunk = this.#chunks[this.#chunkFor(key)];
    if (!chunk) {
      this.#chunks.push([key]);
      this.#size += 1;
      return true;
    }
    const at = lowerBound(chunk, key);
    if (chunk[at] === key) return false;
    chunk.splice(at, 0, key);
    this.#size += 1;
    if (chunk.length > CHUNK) this.#split(chunk);
    return true;
  }

  delete(key: string): boolean {
    const index = this.#chunkFor(key);
    const chunk = this.#chunks[index];
    if (!chunk) return false;
    const at = lowerBound(chunk, key);
    if (chunk[at] !== key) return false;
    chunk.splice(at, 1);
    if (chunk.length === 0) this.#chunks.splice(index, 1);
    this.#size -= 1;
    return true;
  }

  /** Keys that begin with `prefix`, in order, from `from` (included) on. The set may not be changed meanwhile. */
  *scan(prefix = '', from = ''): Generator<string> {
    const start = from > prefix ? from : prefix;
    for (let c = this.#chunkFor(start); c < this.#chunks.length; c += 1) {
      const chunk = this.#chunks[c] ?? [];
      for (let i = lowerBound(chunk, start); i < chunk.length; i += 1) {
        const key = chunk[i] ?? '';
        if (!key.startsWith(prefix)) return;
        yield key;
      }
    }
  }

  /** The chunk that holds the key, or where it belongs: the last one whose first key is not above it. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle]?.[0] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, 0);
  }

  #split(chunk: string[]): void {
    const upper = chunk.splice(chunk.length >> 1);
    this.#chunks.splice(this.#chunks.indexOf(chunk) + 1, 0, upper);
  }
}

function lowerBound(keys: string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
