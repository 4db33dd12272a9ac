import { bytesOf, textOf } from '../../bytes.ts';
import { FunctionError } from '../../errors.ts';

/** Strict, as Go's decoders: the right alphabet, padded to the full; line ends are passed over. */
export function decodeBase64(name: string, text: string, alphabet: 'standard' | 'url'): string {
  const plain = text.replace(/[\r\n]/g, '');
  const letters = alphabet === 'url' ? /^[\w-]*={0,2}$/ : /^[A-Za-z0-9+/]*={0,2}$/;
  if (!letters.test(plain) || plain.length % 4 !== 0) {
    const at = plain.search(alphabet === 'url' ? /[^\w-]/ : /[^A-Za-z0-9+/]/);
    const byte = at < 0 ? plain.length - (plain.length % 4) : at;
    throw new FunctionError(`${name}: illegal base64 data at input byte ${byte}`);
  }
  return textOf(Buffer.from(plain, alphabet === 'url' ? 'base64url' : 'base64'));
}

/** With padding, which Node's own leaves out. */
export function encodeBase64Url(text: string): string {
  return bytesOf(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
