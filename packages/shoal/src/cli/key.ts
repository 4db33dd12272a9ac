import type { KVPair } from '@shoal/api';

/** A leading slash is a habit of the shell: keys have none. */
export function keyOf(given: string): string {
  return given.startsWith('/') ? given.slice(1) : given;
}

export function bytesOf({ Value }: Pick<KVPair, 'Value'>): Buffer<ArrayBuffer> {
  return Buffer.from(Value ?? '', 'base64');
}
