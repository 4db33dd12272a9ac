import type { Draft } from './draft.ts';

/** `given` with every unset field taken from `defaults`. Fields that `defaults` lacks stay as given. */
export function fill<T extends object>(given: Draft<T> | null | undefined, defaults: T): T {
  const filled = { ...defaults } as Record<string, unknown>;
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value !== null || !(name in defaults)) filled[name] = value;
  }
  return filled as T;
}

/** The set fields of `over` on top of `under`; `null` when neither is there. */
export function overlay<T extends object>(
  under: Draft<T> | null | undefined,
  over: Draft<T> | null | undefined,
): Draft<T> | null {
  if (!under) return over ?? null;
  return fill(over as Draft<object>, under as object) as Draft<T>;
}
