import type { FileChunk } from './chunk.ts';

/** `{}` says that the stream lives. */
export const HEARTBEAT_FRAME = '{}\n';
export const HEARTBEAT_EVERY_MS = 10_000;

/**
 * A piece of a stream as the API writes it: JSON objects one after another, bytes in base64, what is empty left out
 * (https://developer.hashicorp.com/nomad/api-docs/client#stream-file).
 */
export function encodeFrame({ file, offset, data, event }: FileChunk): string {
  const frame: Record<string, string | number> = {};
  if (data.length > 0) frame['Data'] = data.toString('base64');
  if (event !== undefined) frame['FileEvent'] = event;
  frame['File'] = file;
  if (offset > 0) frame['Offset'] = offset;
  return `${JSON.stringify(frame)}\n`;
}
