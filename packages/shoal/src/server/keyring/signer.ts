import { createPrivateKey, generateKeyPair, type KeyObject, sign as signBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Read } from '../../state/read.ts';
import { commitDecision } from '../commit.ts';
import type { ServerDeps } from '../deps.ts';
import { KeyMissingError } from '../errors.ts';
import type { Keyring } from './keyring.ts';

/** A key that tokens are verified with (RFC 7517, RFC 7518 section 6.3.1). */
export type PublicKey = { kty: 'RSA'; use: 'sig'; alg: 'RS256'; kid: string; n: string; e: string };

const MODULUS_BITS = 2048;
const makePair = promisify(generateKeyPair);

/**
 * Signs tokens that say who a task is. Each key of the keyring has a pair of keys for that, made when it is first needed;
 * the private one is in the state as other secrets are, encrypted with the key that it belongs to.
 */
export type Signer = ReturnType<typeof createSigner>;

export function createSigner(
  { state }: ServerDeps,
  keyring: Pick<Keyring, 'active' | 'prepare' | 'encrypt' | 'decrypt'>,
) {
  const { rootKeys } = state.tables;
  const opened = new Map<string, KeyObject>();
  let making: Promise<void> | undefined;

  /** Makes what the active key signs with, if there is none. */
  async function prepare(): Promise<void> {
    await keyring.prepare();
    if (keyring.active()?.Signing) return;
    making ??= make().finally(() => {
      making = undefined;
    });
    await making;
  }

  async function make(): Promise<void> {
    const { privateKey, publicKey } = await makePair('rsa', { modulusLength: MODULUS_BITS });
    const plain = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    await commitDecision(state, 'The keyring', () => {
      const row = keyring.active();
      if (!row || row.Signing) return { answer: undefined };
      const { sealed, require } = keyring.encrypt(plain, contextOf(row.KeyID));
      const value = { ...row, Signing: { n, e, Data: sealed.Data } };
      return {
        txn: { ops: [{ kind: 'put', table: 'rootKeys', key: row.KeyID, value }], require: [require] },
        answer: undefined,
      };
    });
  }

  /** A JWT (RFC 7519) with the active key, after `prepare`. Throws KeyMissingError. */
  function sign(claims: object): string {
    const row = keyring.active();
    if (!row?.Signing) throw new KeyMissingError(row?.KeyID ?? 'of tokens', 'the keyring', 'it signs nothing yet');
    const head = encoded({ alg: 'RS256', kid: row.KeyID, typ: 'JWT' });
    const body = `${head}.${encoded(claims)}`;
    return `${body}.${signBytes('sha256', Buffer.from(body), privateKeyOf(row.KeyID, row.Signing.Data)).toString('base64url')}`;
  }

  function privateKeyOf(id: string, data: string): KeyObject {
    const known = opened.get(id);
    if (known) return known;
    const plain = keyring.decrypt({ KeyID: id, Data: data }, contextOf(id));
    const key = createPrivateKey({ key: Buffer.from(plain, 'base64'), format: 'der', type: 'pkcs8' });
    opened.set(id, key);
    return key;
  }

  /** Of all keys that are kept: a token outlives the key's being active. */
  function publicKeys(read: Read): PublicKey[] {
    return read
      .all(rootKeys)
      .flatMap(({ KeyID: kid, Signing: pair }) =>
        pair ? [{ kty: 'RSA' as const, use: 'sig' as const, alg: 'RS256' as const, kid, n: pair.n, e: pair.e }] : [],
      );
  }

  return { prepare, sign, publicKeys };
}

const contextOf = (id: string) => `signing key ${id}`;
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
