import { createHash, timingSafeEqual } from 'node:crypto';
import { commitPlanned, type Planned } from '../../catalog/commit.ts';
import { newJoinToken, writeJoinToken } from '../../rpc/tls/join-token.ts';
import type { MetaRow } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import type { Op } from '../../store/contract.ts';

/** What is kept of a token; its secret is kept as a digest only. Times are milliseconds since 1970. */
export type JoinTokenRecord = {
  readonly id: string;
  readonly created: number;
  /** null: never. */
  readonly expires: number | null;
  /** null: any number. */
  readonly usesLeft: number | null;
};

export type JoinTokens = {
  /** The word to give to an agent. It cannot be shown again. */
  issue(limits: { ttlMs: number | undefined; uses: number | undefined }): Promise<JoinTokenRecord & { token: string }>;
  /** Takes one use of it. A text is the reason why it is refused. */
  redeem(id: string, secret: string, nodeId: string): Promise<'ok' | string>;
  list(): JoinTokenRecord[];
  /** Revokes one, or all. Answers with their number. */
  revoke(id?: string): Promise<number>;
};

const PREFIX = 'join-token/';
const UNKNOWN =
  'its join token is unknown here: it was revoked, or it is of another cluster. Print another with "shoal server token".';
const EXPIRED = 'its join token has expired. Print another with "shoal server token".';
const USED_UP = 'its join token has been used as often as it may be. Print another with "shoal server token".';

/** `last`: the node that used it last. It may ask again: the answer may have been lost. */
type Row = MetaRow & Partial<JoinTokenRecord & { digest: string; last: string }>;

/** Join tokens as rows of the state. */
export function createJoinTokens(deps: { state: State; authority: Buffer; now: () => number }): JoinTokens {
  const { state, now } = deps;
  const { meta } = state.tables;
  const rows = (): Row[] => [...meta.scan(PREFIX)];
  const isOver = (row: Row) => (row.expires ?? Number.POSITIVE_INFINITY) <= now() || row.usesLeft === 0;

  function plan(id: string, secret: string, nodeId: string): Planned<'ok' | string> {
    const row: Row | undefined = meta.get(PREFIX + id);
    if (!row?.digest || !isEqual(row.digest, digest(secret))) return { result: UNKNOWN };
    const { CreateIndex: _, ModifyIndex, ...record } = row;
    const { expires = null, usesLeft = null, last } = record;
    if (expires !== null && expires <= now()) return { result: EXPIRED };
    if (usesLeft === null || last === nodeId) return { result: 'ok' };
    if (usesLeft <= 0) return { result: USED_UP };
    const key = PREFIX + id;
    const ops: Op[] = [{ kind: 'put', table: 'meta', key, value: { ...record, usesLeft: usesLeft - 1, last: nodeId } }];
    return { txn: { ops, require: [{ table: 'meta', key, modifyIndex: ModifyIndex }] }, result: 'ok' };
  }

  async function remove(gone: readonly Row[]): Promise<number> {
    const ops = gone.map(({ id }): Op => ({ kind: 'delete', table: 'meta', key: PREFIX + id }));
    if (ops.length > 0) await state.commit({ ops });
    return ops.length;
  }

  return {
    redeem: async (id, secret, nodeId) => (await commitPlanned(state, () => plan(id, secret, nodeId))).result,
    async issue({ ttlMs, uses }) {
      const token = newJoinToken(deps.authority);
      const expires = ttlMs === undefined ? null : now() + ttlMs;
      const record: JoinTokenRecord = { id: token.id, created: now(), expires, usesLeft: uses ?? null };
      const value = { ...record, digest: digest(token.secret) };
      await remove(rows().filter(isOver));
      await state.commit({ ops: [{ kind: 'put', table: 'meta', key: PREFIX + token.id, value }] });
      return { ...record, token: writeJoinToken(token) };
    },
    list: () =>
      rows().map(({ id = '', created = 0, expires = null, usesLeft = null }) => ({ id, created, expires, usesLeft })),
    revoke: (id) => remove(rows().filter((row) => id === undefined || row.id === id)),
  };
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
