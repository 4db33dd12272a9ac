import { randomBytes } from 'node:crypto';
import type { RootKeyRow } from '../../state/rows.ts';
import { variableKey } from '../../state/tables.ts';
import type { Op, Precondition } from '../../store/contract.ts';
import { commitDecision } from '../commit.ts';
import { nowNanos, type ServerDeps } from '../deps.ts';
import { InvalidRequestError, KeyMissingError, UnknownObjectError } from '../errors.ts';
import { ALGORITHM, KEY_BYTES, seal, unseal } from './cipher.ts';
import type { KeyringFile } from './keyring-file.ts';

/** A secret as rows hold it. */
export type Sealed = { readonly KeyID: string; readonly Data: string };

/** What the cluster encrypts its secrets with. Which keys there are is in the state, the keys themselves are in a file (keyring-file.ts). */
export type Keyring = ReturnType<typeof createKeyring>;

export function createKeyring(deps: ServerDeps, file: KeyringFile) {
  const { state } = deps;
  const { rootKeys, variables } = state.tables;
  let turn: Promise<unknown> = Promise.resolve();

  function active(): RootKeyRow | undefined {
    return [...rootKeys.values()].find(({ State }) => State === 'active');
  }

  /** Makes the first key when there is none. */
  async function prepare(): Promise<void> {
    if (active()) return;
    await inTurn(async () => active() ?? makeActive());
  }

  /** Makes a new key the active one. */
  function rotate(): Promise<RootKeyRow> {
    return inTurn(makeActive);
  }

  /** One after the other: two that are made at once would both be active. */
  function inTurn<T>(make: () => Promise<T>): Promise<T> {
    const made = turn.then(make);
    turn = made.catch(() => undefined);
    return made;
  }

  /** Encrypts with the active key, after `prepare`. `require`: that nobody has removed or replaced it meanwhile. */
  function encrypt(plain: string, context: string): { sealed: Sealed; require: Precondition } {
    const row = active();
    if (!row) throw new KeyMissingError('of secrets', file.path);
    const sealed = { KeyID: row.KeyID, Data: seal(keyOf(row.KeyID), plain, context) };
    return { sealed, require: { table: 'rootKeys', key: row.KeyID, modifyIndex: row.ModifyIndex } };
  }

  /** Throws KeyMissingError. */
  function decrypt({ KeyID, Data }: Sealed, context: string): string {
    const plain = unseal(keyOf(KeyID), Data, context);
    if (plain === undefined) throw new KeyMissingError(KeyID, file.path, `${context} was not encrypted with it`);
    return plain;
  }

  function keyOf(id: string): Buffer {
    const key = file.keys.get(id);
    if (!key) throw new KeyMissingError(id, file.path);
    return key;
  }

  async function makeActive(): Promise<RootKeyRow> {
    const KeyID = deps.newId();
    await file.add(KeyID, randomBytes(KEY_BYTES));
    const made = { KeyID, Algorithm: ALGORITHM, State: 'active', CreateTime: nowNanos(deps) } as const;
    await commitDecision(state, 'The keyring', () => {
      const before = active();
      const ops: Op[] = [{ kind: 'put', table: 'rootKeys', key: KeyID, value: made }];
      const require: Precondition[] = [];
      if (before) {
        ops.push({ kind: 'put', table: 'rootKeys', key: before.KeyID, value: { ...before, State: 'inactive' } });
        require.push({ table: 'rootKeys', key: before.KeyID, modifyIndex: before.ModifyIndex });
      }
      return { txn: { ops, require }, answer: undefined };
    });
    return rootKeys.get(KeyID) as RootKeyRow;
  }

  /** Encrypts with the active key what is encrypted with another. Answers with the number of variables. */
  async function reencrypt(): Promise<number> {
    let done = 0;
    for (const { Namespace, Path } of [...variables.values()]) {
      const key = variableKey(Namespace, Path);
      const { answer } = await commitDecision(state, `Variable "${Path}"`, () => {
        const row = variables.get(key);
        if (!row || row.KeyID === active()?.KeyID) return { answer: 0 };
        const { sealed, require } = encrypt(decrypt(row, key), key);
        const same = { table: 'variables', key, modifyIndex: row.ModifyIndex };
        const put: Op = { kind: 'put', table: 'variables', key, value: { ...row, ...sealed } };
        return { txn: { ops: [put], require: [same, require] }, answer: 1 };
      });
      done += answer;
    }
    return done;
  }

  async function remove(id: string): Promise<number> {
    const { index } = await commitDecision(state, `Key ${id}`, () => {
      const row = rootKeys.get(id);
      if (!row) throw new UnknownObjectError(`root key "${id}" not found`);
      if (row.State === 'active')
        throw new InvalidRequestError('root key is active and cannot be removed: make another one active (rotate)');
      const users = [...variables.values()].filter(({ KeyID }) => KeyID === id).length;
      if (users > 0)
        throw new InvalidRequestError(
          `root key "${id}" is what ${users} variables are encrypted with: encrypt them anew first (rotate with full)`,
        );
      const require = [{ table: 'rootKeys', key: id, modifyIndex: row.ModifyIndex }];
      return { txn: { ops: [{ kind: 'delete', table: 'rootKeys', key: id }], require }, answer: undefined };
    });
    await file.remove(id);
    return index;
  }

  return { active, prepare, encrypt, decrypt, rotate, reencrypt, remove };
}
