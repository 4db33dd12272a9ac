/** What a file's first bytes say of it, by the signatures of https://mimesniff.spec.whatwg.org (sections 6 and 7). */
export const SNIFF_BYTES = 512;

const BINARY = 'application/octet-stream';
const TEXT = 'text/plain; charset=utf-8';

/** Hexadecimal; `..` stands for any byte. */
const SIGNATURES: [hex: string, type: string][] = [
  ['255044462d', 'application/pdf'],
  ['252150532d41646f62652d', 'application/postscript'],
  ['efbbbf', TEXT],
  ['feff', 'text/plain; charset=utf-16be'],
  ['fffe', 'text/plain; charset=utf-16le'],
  ['00000100', 'image/x-icon'],
  ['424d', 'image/bmp'],
  ['474946383761', 'image/gif'],
  ['474946383961', 'image/gif'],
  ['52494646........57454250', 'image/webp'],
  ['89504e470d0a1a0a', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['4f67675300', 'application/ogg'],
  ['494433', 'audio/mpeg'],
  ['52494646........57415645', 'audio/wave'],
  ['1a45dfa3', 'video/webm'],
  ['1f8b08', 'application/x-gzip'],
  ['504b0304', 'application/zip'],
  ['526172211a0700', 'application/x-rar-compressed'],
  ['0061736d', 'application/wasm'],
];

const MARKUP: [start: RegExp, type: string][] = [
  [
    /^\s*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[ >]/i,
    'text/html; charset=utf-8',
  ],
  [/^\s*<!--/, 'text/html; charset=utf-8'],
  [/^\s*<\?xml/, 'text/xml; charset=utf-8'],
];

export function sniffContentType(start: Buffer): string {
  const head = start.subarray(0, SNIFF_BYTES);
  const text = head.toString('latin1');
  const markup = MARKUP.find(([pattern]) => pattern.test(text));
  if (markup) return markup[1];
  const hex = head.toString('hex');
  const known = SIGNATURES.find(([signature]) => new RegExp(`^${signature}`).test(hex));
  if (known) return known[1];
  return isBinary(head) ? BINARY : TEXT;
}

/** Holds a byte that no text has: a control character other than tab, line ends, form feed and escape. */
export function isBinary(bytes: Buffer): boolean {
  return bytes.some(
    (byte) => byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) || (byte >= 0x1c && byte <= 0x1f),
  );
}
