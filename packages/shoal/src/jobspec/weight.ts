import { WEIGHT } from './defaults.ts';
import type { Draft } from './draft.ts';

/** Affinities and spreads weigh 50 unless they say otherwise. */
export function weighted<T extends { Weight: number }>(drafts: Draft<T[]> | null | undefined): T[] | null {
  return (drafts as T[] | null | undefined)?.map((each) => ({ ...each, Weight: each.Weight ?? WEIGHT })) ?? null;
}
