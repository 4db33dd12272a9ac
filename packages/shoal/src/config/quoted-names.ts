import type { ParseResult } from '@shoal/hcl';

export type UnquotedResult = ParseResult & {
  /** The real name of what was quoted at this byte of the source. */
  readonly nameAt: (byte: number) => string | undefined;
};

const QUOTED_NAME = /^"((?:[^"\\\n]|\\.)+)"(?=[ \t]*(?:=(?!=)|\{))/;

/**
 * Nomad's and Consul's own configuration is in the first version of HCL, which allows quoted names (`"driver.allowlist" =
 * "docker"`); HCL2 does not. Where the parser stumbles over one, a name of the same length takes its place, so that all
 * places stay true, and the text is read again.
 */
export function unquoteNames(source: string, parse: (source: string) => ParseResult): UnquotedResult {
  const names = new Map<number, string>();
  let text: Buffer = Buffer.from(source);
  for (;;) {
    const result = parse(text.toString());
    const stumbles = result.diagnostics
      .flatMap(({ range }) => (range === undefined ? [] : [range.start.byte]))
      .filter((byte) => !names.has(byte) && quotedNameAt(text, byte) !== undefined);
    if (stumbles.length === 0) return { ...result, nameAt: (byte) => names.get(byte) };
    for (const byte of stumbles) text = replaceName(text, byte, names);
  }
}

function quotedNameAt(text: Buffer, byte: number): string | undefined {
  const end = text.indexOf('\n', byte);
  const line = text.subarray(byte, end === -1 ? text.length : end).toString();
  return QUOTED_NAME.exec(line)?.[1];
}

function replaceName(text: Buffer, byte: number, names: Map<number, string>): Buffer {
  const name = quotedNameAt(text, byte) ?? '';
  const length = Buffer.byteLength(name) + 2;
  const standIn = `_${names.size.toString(36)}`.padEnd(length, '_').slice(0, length);
  names.set(byte, name.replace(/\\(.)/g, '$1'));
  return Buffer.concat([text.subarray(0, byte), Buffer.from(standIn), text.subarray(byte + length)]);
}
