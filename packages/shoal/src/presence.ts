/**
 * Who was heard, and who has gone silent. Times are milliseconds of a monotonic clock: setting the clock makes nobody silent.
 *
 * Silence says something about the silent one only if somebody else was heard meanwhile. When all of several fall silent together, it is the
 * listener who is cut off: nobody is given up then, and whoever is heard first afterwards brings the others a whole new term.
 */
export class Presence {
  readonly #known = new Map<string, { heardAt: number; termMs: number }>();
  #lookedAt: number | undefined;
  #isAlone = false;

  heard(id: string, now: number, termMs: number): void {
    if (this.#isAlone) {
      for (const known of this.#known.values()) known.heardAt = now;
      this.#isAlone = false;
    }
    this.#known.set(id, { heardAt: now, termMs });
  }

  forget(id: string): void {
    this.#known.delete(id);
  }

  get size(): number {
    return this.#known.size;
  }

  /** True while all have been silent for their terms. */
  get isAlone(): boolean {
    return this.#isAlone;
  }

  /** Those whose term is over; they are forgotten. Ask regularly, at least every `everyMs`. */
  silent(now: number, everyMs: number): string[] {
    this.#forgiveStall(now, everyMs);
    const overdue = [...this.#known].filter(([, { heardAt, termMs }]) => now - heardAt > termMs);
    const witnessed = overdue.filter(([id, { heardAt, termMs }]) => this.#isWitnessed(id, heardAt + termMs / 2));
    for (const [id] of witnessed) this.#known.delete(id);
    this.#isAlone = overdue.length > witnessed.length;
    return witnessed.map(([id]) => id);
  }

  /** Was anybody else heard after that moment? Who is alone needs no witness. */
  #isWitnessed(id: string, after: number): boolean {
    if (this.#known.size === 1) return true;
    for (const [other, { heardAt }] of this.#known) if (other !== id && heardAt > after) return true;
    return false;
  }

  /** While this process itself stood still, it could hear nobody. */
  #forgiveStall(now: number, everyMs: number): void {
    const lateMs = now - (this.#lookedAt ?? now) - everyMs;
    this.#lookedAt = now;
    if (lateMs > everyMs) for (const known of this.#known.values()) known.heardAt += lateMs;
  }
}
