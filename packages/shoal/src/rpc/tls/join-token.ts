import { randomBytes } from 'node:crypto';
import { JoinTokenFormError } from '../errors.ts';

/**
 * A join token is one word: what the servers know it by (`id`), what proves it (`secret`), and whom to show it to: the fingerprint of the
 * cluster's authority. With it the first contact is sure on both sides, though the agent has never seen a server before.
 *
 * `shoal-join-` and base64url of: version (1 byte), id (4), secret (24), SHA-256 of the authority's certificate (32).
 */
export type JoinToken = { readonly id: string; readonly secret: string; readonly authority: Buffer };

const PREFIX = 'shoal-join-';
const VERSION = 1;
const ID_BYTES = 4;
const SECRET_BYTES = 24;
const FINGERPRINT_BYTES = 32;
const LENGTH = 1 + ID_BYTES + SECRET_BYTES + FINGERPRINT_BYTES;

export function newJoinToken(authority: Buffer, bytes: (count: number) => Buffer = randomBytes): JoinToken {
  return { id: bytes(ID_BYTES).toString('hex'), secret: bytes(SECRET_BYTES).toString('base64url'), authority };
}

export function writeJoinToken({ id, secret, authority }: JoinToken): string {
  const parts = [Buffer.from([VERSION]), Buffer.from(id, 'hex'), Buffer.from(secret, 'base64url'), authority];
  return `${PREFIX}${Buffer.concat(parts).toString('base64url')}`;
}

/** Throws JoinTokenFormError. */
export function readJoinToken(text: string): JoinToken {
  const word = text.trim();
  if (!word.startsWith(PREFIX)) throw new JoinTokenFormError(`it does not begin with "${PREFIX}"`);
  const coded = word.slice(PREFIX.length);
  if (!/^[\w-]+$/.test(coded)) throw new JoinTokenFormError('it has characters that no token has');
  const bytes = Buffer.from(coded, 'base64url');
  if (bytes.length > 0 && bytes[0] !== VERSION) throw new JoinTokenFormError('it was made by another version of Shoal');
  if (bytes.length !== LENGTH) throw new JoinTokenFormError('a part of it is missing, or something was added');
  const secretAt = 1 + ID_BYTES;
  const authorityAt = secretAt + SECRET_BYTES;
  return {
    id: bytes.subarray(1, secretAt).toString('hex'),
    secret: bytes.subarray(secretAt, authorityAt).toString('base64url'),
    authority: bytes.subarray(authorityAt),
  };
}
