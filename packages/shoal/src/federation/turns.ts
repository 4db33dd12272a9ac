/** Which of a datacenter's addresses are to be tried now: the one that answered last first, those that have failed lately not at all. */
export type Turns = {
  order(): string[];
  answered(address: string): void;
  failed(address: string, reason: string): void;
  /** Why each that is passed over is: `ADDRESS: REASON`. */
  reasons(): string[];
};

/** `now`: milliseconds of a clock that only runs forward. */
export function createTurns(addresses: readonly string[], restMs: number, now: () => number): Turns {
  const failures = new Map<string, { readonly until: number; readonly reason: string }>();
  let best = addresses[0];
  const isResting = (address: string) => (failures.get(address)?.until ?? Number.NEGATIVE_INFINITY) > now();
  return {
    order: () => [...new Set([best, ...addresses])].filter((one) => one !== undefined && !isResting(one)) as string[],
    answered(address) {
      failures.delete(address);
      best = address;
    },
    failed(address, reason) {
      failures.set(address, { until: now() + restMs, reason });
    },
    reasons: () =>
      [...failures].filter(([address]) => isResting(address)).map(([at, { reason }]) => `${at}: ${reason}`),
  };
}
