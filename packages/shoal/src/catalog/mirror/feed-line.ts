import type { Change } from '../../store/contract.ts';

/** The tables that every agent mirrors: enough to answer DNS, `/v1/health`, `/v1/catalog` and `/v1/query` without a server, and to hear events. */
export const MIRRORED = ['catalogNodes', 'catalogServices', 'catalogChecks', 'preparedQueries', 'events'] as const;
const TABLES: ReadonlySet<string> = new Set(MIRRORED);

export function isMirrored(table: string): boolean {
  return TABLES.has(table);
}

/** table, key, row (null: deleted), index of its creation, index of its last change */
export type FeedRow = readonly [string, string, object | null, number, number];

/**
 * What a server sends, one JSON object per line. `rows` collects until `whole` says that all there is was sent, and what stands for which index;
 * `changes` are one commit; `index` alone says how far the server is.
 */
export type FeedLine =
  | { readonly rows: readonly FeedRow[] }
  | { readonly whole: number }
  | { readonly changes: readonly FeedRow[]; readonly index: number }
  | { readonly index: number };

export function feedRow({ table, key, value, createIndex, modifyIndex }: Change): FeedRow {
  return [table, key, value ?? null, createIndex, modifyIndex];
}
