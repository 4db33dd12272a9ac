import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { bytesOf, textOf } from '../../../bytes.ts';
import { FunctionError } from '../../../errors.ts';
import type { FunctionSet } from '../../../functions.ts';
import { decodeBase64 } from '../../formats/base64.ts';
import { ofTexts } from '../of-texts.ts';
import { countOf, ofValues } from './casts.ts';

/** Bytes as texts, digests, and what is encrypted with a password. */
export const sprigEncodings: FunctionSet = {
  /** The bytes of a text as base64. */
  b64enc: ofTexts(1, (text) => bytesOf(text).toString('base64')),
  /** The bytes that base64 stands for; what is wrong with it, if it is none. */
  b64dec: ofTexts(1, (text) => orReason(() => decodeBase64('b64dec', text, 'standard'))),
  /** The bytes of a text as base32. */
  b32enc: ofTexts(1, (text) => base32(bytesOf(text))),
  /** The bytes that base32 stands for; what is wrong with it, if it is none. */
  b32dec: ofTexts(1, (text) => orReason(() => fromBase32(text))),
  /** The SHA-1 digest in hexadecimal digits. */
  sha1sum: ofTexts(1, (text) => createHash('sha1').update(bytesOf(text)).digest('hex')),
  /** The SHA-256 digest in hexadecimal digits. */
  sha256sum: ofTexts(1, (text) => createHash('sha256').update(bytesOf(text)).digest('hex')),
  /** The SHA-512 digest in hexadecimal digits. */
  sha512sum: ofTexts(1, (text) => createHash('sha512').update(bytesOf(text)).digest('hex')),
  /** The Adler-32 sum as a decimal number. */
  adler32sum: ofTexts(1, (text) => String(adler32(bytesOf(text)))),
  /** A random UUID: another one at each rendering. */
  uuidv4: { max: 0, call: () => randomUUID() },
  /** So many random bytes as base64. */
  randBytes: ofValues(1, (count) => randomOf(countOf(count))),
  /** A text encrypted with a password (AES-256-CBC), as base64. */
  encryptAES: ofTexts(2, encrypt),
  /** What was encrypted so. */
  decryptAES: ofTexts(2, decrypt),
};

function orReason(decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    if (error instanceof FunctionError) return error.message;
    throw error;
  }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, 6: five bits a letter, padded to eight letters. */
function base32(bytes: Buffer): string {
  let [out, bits, held] = ['', 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) out += LETTERS.charAt((held >> (bits - 5)) & 31);
    held &= (1 << bits) - 1;
  }
  if (bits > 0) out += LETTERS.charAt((held << (5 - bits)) & 31);
  return out.padEnd(Math.ceil(out.length / 8) * 8, '=');
}

function fromBase32(text: string): string {
  const plain = text.replace(/[\r\n]/g, '').replace(/=+$/, '');
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const [at, letter] of [...plain].entries()) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) throw new FunctionError(`illegal base32 data at input byte ${at}`);
    held = (held << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 255);
    held &= (1 << bits) - 1;
  }
  return textOf(Buffer.from(bytes));
}

function adler32(bytes: Buffer): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

const MAX_RANDOM = 100_000;

function randomOf(count: number): string {
  if (count < 0 || count > MAX_RANDOM) throw new FunctionError(`randBytes: the number is from 0 to ${MAX_RANDOM}`);
  return randomBytes(count).toString('base64');
}

const BLOCK = 16;

/** The password is the key, filled up with zeros or cut to 32 bytes; the initialization vector stands in front. */
function encrypt(password: string, text: string): string {
  const start = randomBytes(BLOCK);
  const cipher = createCipheriv('aes-256-cbc', keyOf(password), start);
  return Buffer.concat([start, cipher.update(bytesOf(text)), cipher.final()]).toString('base64');
}

function decrypt(password: string, text: string): string {
  const bytes = bytesOf(decodeBase64('decryptAES', text, 'standard'));
  if (bytes.length < 2 * BLOCK) throw new FunctionError('decryptAES: it is too short to have been encrypted');
  const decipher = createDecipheriv('aes-256-cbc', keyOf(password), bytes.subarray(0, BLOCK));
  try {
    return textOf(Buffer.concat([decipher.update(bytes.subarray(BLOCK)), decipher.final()]));
  } catch {
    throw new FunctionError('decryptAES: it was not encrypted with this password');
  }
}

function keyOf(password: string): Buffer {
  return Buffer.concat([bytesOf(password), Buffer.alloc(32)]).subarray(0, 32);
}
