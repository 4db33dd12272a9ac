import { createHash, type Hash } from 'node:crypto';
import { ArtifactError } from '../errors.ts';

/** A digest that the download must have. */
export type Checksum = { algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512'; hex: string };

const LENGTHS: Record<Checksum['algorithm'], number> = { md5: 32, sha1: 40, sha256: 64, sha512: 128 };

/** `sha256:<hex>`, or the hex digits alone, whose number tells the algorithm. (`file:<url>`, a list of sums, is looked up by `fetch-artifact.ts`.) */
export function parseChecksum(text: string): Checksum {
  const [, name, hex = ''] = /^(?:(\w+):)?([0-9a-fA-F]+)$/.exec(text.trim()) ?? [];
  const algorithm = algorithms().find((known) => (name === undefined ? LENGTHS[known] === hex.length : known === name));
  if (algorithm === undefined || LENGTHS[algorithm] !== hex.length) {
    throw new ArtifactError(
      `the checksum "${text}" is not one of md5, sha1, sha256 or sha512 with its number of hex digits`,
      { recoverable: false },
    );
  }
  return { algorithm, hex: hex.toLowerCase() };
}

/** Finds a file's sum in a list as `sha256sum` (`<hex>  name`) or BSD (`SHA256 (name) = <hex>`) writes it; a list of one bare sum is that sum. */
export function checksumFromList(list: string, fileName: string): Checksum {
  const lines = list.split('\n').map((line) => line.trim());
  for (const line of lines) {
    const [, hex, name] = /^([0-9a-fA-F]{32,128})\s+\*?(?:.*\/)?([^/]+)$/.exec(line) ?? [];
    if (hex !== undefined && name === fileName) return parseChecksum(hex);
    const [, kind, bsdName, bsdHex] = /^(\w+) \((?:.*\/)?([^/)]+)\) = ([0-9a-fA-F]+)$/.exec(line) ?? [];
    if (bsdName === fileName) return parseChecksum(`${kind?.toLowerCase()}:${bsdHex}`);
  }
  const filled = lines.filter((line) => line !== '');
  if (filled.length === 1 && /^[0-9a-fA-F]+$/.test(filled[0] ?? '')) return parseChecksum(filled[0] ?? '');
  throw new ArtifactError(`the list of checksums has no line for "${fileName}"`, { recoverable: false });
}

export function hasher(checksum: Checksum): Hash {
  return createHash(checksum.algorithm);
}

/** Another try may help: a download can be cut or changed on its way. */
export function mismatch(wanted: Checksum, got: string): ArtifactError {
  return new ArtifactError(
    `checksums did not match: expected ${wanted.algorithm}:${wanted.hex}, got ${wanted.algorithm}:${got}`,
    { recoverable: true },
  );
}

function algorithms(): Checksum['algorithm'][] {
  return ['md5', 'sha1', 'sha256', 'sha512'];
}
