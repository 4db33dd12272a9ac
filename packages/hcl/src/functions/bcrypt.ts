import { blowfishTables } from './blowfish-tables.ts';

/** Only so many bytes of a password count. */
export const BCRYPT_MAX_BYTES = 72;

/** Subkeys and substitution boxes of Blowfish, in the making. */
type State = { p: Uint32Array; s: Uint32Array };

/** The 2a form of bcrypt (Provos and Mazières, 1999): `$2a$`, cost, salt of 16 bytes, hash of 23. */
export function bcrypt(password: Uint8Array, cost: number, salt: Uint8Array): string {
  const key = new Uint8Array(Math.min(password.length + 1, BCRYPT_MAX_BYTES));
  key.set(password.subarray(0, key.length));
  const state = setUp(key, salt, cost);
  const text = words(new TextEncoder().encode('OrpheanBeholderScryDoubt'), 6);
  for (let i = 0; i < 64; i++) for (let at = 0; at < 6; at += 2) encipher(state, text, at);
  const hash = Buffer.alloc(24);
  for (const [i, word] of text.entries()) hash.writeUInt32BE(word, 4 * i);
  return `$2a$${String(cost).padStart(2, '0')}$${encode(salt)}${encode(hash.subarray(0, 23))}`;
}

function setUp(key: Uint8Array, salt: Uint8Array, cost: number): State {
  const { p, s } = blowfishTables();
  const state = { p: p.slice(), s: s.slice() };
  const keyWords = words(key, 18);
  const saltWords = words(salt, 18);
  const nothing = new Uint32Array(18);
  expand(state, keyWords, saltWords);
  for (let round = 2 ** cost; round > 0; round--) {
    expand(state, keyWords, nothing);
    expand(state, saltWords, nothing);
  }
  return state;
}

/** Big-endian words of the bytes, which start over when they are used up. */
function words(bytes: Uint8Array, count: number): Uint32Array {
  const result = new Uint32Array(count);
  for (let i = 0; i < 4 * count; i++) result[i >> 2] = (result[i >> 2]! << 8) | bytes[i % bytes.length]!;
  return result;
}

/** Mixes the key into the subkeys, then replaces everything by the cipher of the salt, word after word. */
function expand(state: State, key: Uint32Array, salt: Uint32Array): void {
  const { p, s } = state;
  for (let i = 0; i < 18; i++) p[i]! ^= key[i]!;
  const block = new Uint32Array(2);
  let at = 0;
  for (const table of [p, s]) {
    for (let i = 0; i < table.length; i += 2) {
      block[0]! ^= salt[at]!;
      block[1]! ^= salt[at + 1]!;
      at = (at + 2) % 4;
      encipher(state, block, 0);
      table[i] = block[0]!;
      table[i + 1] = block[1]!;
    }
  }
}

/** Sixteen rounds on two words, in place. The hot loop: half a million blocks for an ordinary cost. */
function encipher({ p, s }: State, block: Uint32Array, at: number): void {
  let left = block[at]! ^ p[0]!;
  let right = block[at + 1]!;
  for (let i = 1; i < 17; i += 2) {
    right ^=
      p[i]! ^
      (((s[left >>> 24]! + s[256 + ((left >>> 16) & 255)]!) ^ s[512 + ((left >>> 8) & 255)]!) + s[768 + (left & 255)]!);
    left ^=
      p[i + 1]! ^
      (((s[right >>> 24]! + s[256 + ((right >>> 16) & 255)]!) ^ s[512 + ((right >>> 8) & 255)]!) +
        s[768 + (right & 255)]!);
  }
  block[at] = right ^ p[17]!;
  block[at + 1] = left;
}

const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 with an alphabet of its own, and without padding. */
function encode(bytes: Uint8Array): string {
  const usual = Buffer.from(bytes).toString('base64').replace(/=+$/, '');
  return usual.replace(/./g, (character) => alphabet[standard.indexOf(character)]!);
}
