/** How long to wait before attempt `attempt` (0 is the first retry): doubles up to `maxMs`, spread over its upper half so that a thousand clients do not come back as one. */
export function backoff(attempt: number, bounds: { baseMs: number; maxMs: number }, random: () => number): number {
  const full = Math.min(bounds.maxMs, bounds.baseMs * 2 ** Math.min(attempt, 30));
  return full / 2 + (full / 2) * random();
}
