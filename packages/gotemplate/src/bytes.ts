/**
 * Go's strings are bytes, JavaScript's are characters. A byte that is no UTF-8 stands in a text as a lone surrogate, U+DC00 and the byte, so that it
 * goes through every function as one character and comes out as the byte that it was.
 */
const ESCAPED = 0xdc00;

/** The bytes that a text stands for. */
export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  const parts: Buffer[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(/\p{Surrogate}/gu)) {
    const byte = byteOf(found);
    if (byte === undefined) continue;
    parts.push(Buffer.from(text.slice(from, index)), Buffer.of(byte));
    from = index + 1;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(from))]);
}

/** The text that bytes are, whatever they are. */
export function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString();
  if (!text.includes('\ufffd')) return text;
  let out = '';
  for (let at = 0; at < buffer.length; ) {
    const length = sequenceAt(buffer, at);
    out += length === 0 ? String.fromCharCode(ESCAPED + (buffer[at] ?? 0)) : buffer.toString('utf8', at, at + length);
    at += length || 1;
  }
  return out;
}

/** How many bytes a text stands for. */
export function byteLength(text: string): number {
  return text.isWellFormed() ? Buffer.byteLength(text) : bytesOf(text).length;
}

/** Bytes that have come together to a character become one. */
export function joined(text: string): string {
  return text.isWellFormed() ? text : textOf(bytesOf(text));
}

/** The byte that a character stands for; `undefined` for an ordinary one. */
export function byteOf(char: string): number | undefined {
  const byte = char.charCodeAt(0) - ESCAPED;
  return char.length === 1 && byte >= 0x80 && byte <= 0xff ? byte : undefined;
}

/** How many bytes the character at `at` takes, 0 if there is none (the Unicode Standard, table 3-7). */
function sequenceAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0;
  const [least, most] = SECOND[first] ?? [0x80, 0xbf];
  const second = bytes[at + 1] ?? 0;
  if (second < least || second > most) return 0;
  for (let next = at + 2; next < at + length; next += 1) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** First bytes behind which not every continuation may stand. */
const SECOND: Readonly<Record<number, readonly [number, number]>> = {
  224: [0xa0, 0xbf],
  237: [0x80, 0x9f],
  240: [0x90, 0xbf],
  244: [0x80, 0x8f],
};
