/**
 * How good a use of a node would be, 0 to 1 (scheduling, "placement": best fit by the Borg model). `free` are the shares of
 * cpu and memory that would be left. Fuller is better; `spread` is the opposite.
 */
export function binpackScore(freeCpu: number, freeMemory: number): number {
  return clamp(20 - powersOfTen(freeCpu, freeMemory)) / 18;
}

export function spreadScore(freeCpu: number, freeMemory: number): number {
  return clamp(powersOfTen(freeCpu, freeMemory) - 2) / 18;
}

function powersOfTen(a: number, b: number): number {
  return Math.exp(a * Math.LN10) + Math.exp(b * Math.LN10);
}

function clamp(score: number): number {
  return Math.max(0, Math.min(18, score));
}
