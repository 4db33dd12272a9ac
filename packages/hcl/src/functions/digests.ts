import { constants, createHash, createPrivateKey, type KeyObject, privateDecrypt } from 'node:crypto';
import { stringValue } from '../values.ts';
import { define, text, textOf } from './arguments.ts';
import { utf8Text } from './encoding.ts';
import { FunctionError, type HclFunction } from './function.ts';

export type RandomBytes = (count: number) => Uint8Array;

function digest(algorithm: string): HclFunction {
  return define([text('str')], (value) => stringValue(createHash(algorithm).update(textOf(value)).digest('hex')));
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // What is wrong with a key must not show: the message could hold parts of it.
    throw new FunctionError('the private key cannot be read: it must be an RSA key in PEM form');
  }
}

/** PKCS #1 v1.5. The padding is taken off here, since not every build of OpenSSL still does it. */
function decryptRsa(ciphertext: string, pem: string): string {
  const key = readKey(pem);
  const bytes = Buffer.from(ciphertext, 'base64');
  let padded: Buffer;
  try {
    padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, bytes);
  } catch {
    throw new FunctionError('the text cannot be decrypted with this key');
  }
  const end = padded.indexOf(0, 2);
  if (padded[0] !== 0 || padded[1] !== 2 || end < 10)
    throw new FunctionError('the text cannot be decrypted with this key');
  return utf8Text(padded.subarray(end + 1));
}

const namespaces: Readonly<Record<string, string>> = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
};
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function uuidOf(bytes: Uint8Array, version: number): string {
  const id = Buffer.from(bytes.subarray(0, 16));
  id[6] = (id[6]! & 0x0f) | (version << 4);
  id[8] = (id[8]! & 0x3f) | 0x80;
  return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** RFC 4122: the SHA-1 of a namespace and a name. */
function namedUuid(namespace: string, name: string): string {
  const id = Object.hasOwn(namespaces, namespace) ? namespaces[namespace]! : namespace;
  if (!uuidPattern.test(id)) throw new FunctionError(`"${namespace}" is neither dns, url, oid or x500 nor a UUID`);
  return uuidOf(
    createHash('sha1')
      .update(Buffer.from(id.replaceAll('-', ''), 'hex'))
      .update(name)
      .digest(),
    5,
  );
}

export function digestFunctions(randomBytes: RandomBytes): Readonly<Record<string, HclFunction>> {
  return {
    /** The MD5 digest in hexadecimal digits. */
    md5: digest('md5'),
    /** What was encrypted in base64 for an RSA key in PEM. */
    rsadecrypt: define([text('ciphertext'), text('privatekey')], (ciphertext, key) =>
      stringValue(decryptRsa(textOf(ciphertext), textOf(key))),
    ),
    /** The SHA-1 digest in hexadecimal digits. */
    sha1: digest('sha1'),
    /** The SHA-256 digest in hexadecimal digits. */
    sha256: digest('sha256'),
    /** The SHA-512 digest in hexadecimal digits. */
    sha512: digest('sha512'),
    /** A random UUID. */
    uuidv4: define([], () => stringValue(uuidOf(randomBytes(16), 4))),
    /** The UUID of a name in a namespace: dns, url, oid, x500, or a UUID. */
    uuidv5: define([text('namespace'), text('name')], (namespace, name) =>
      stringValue(namedUuid(textOf(namespace), textOf(name))),
    ),
  };
}
