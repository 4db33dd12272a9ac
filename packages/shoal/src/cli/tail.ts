import type { Frame } from '@shoal/api';

export const TAIL_FLAGS = {
  f: { kind: 'bool', help: 'Go on with what is added' },
  tail: { kind: 'bool', help: 'Only the end: 10 lines, or what -n or -c say' },
  n: { kind: 'number', value: 'LINES', help: 'Lines of the end' },
  c: { kind: 'number', value: 'BYTES', help: 'Bytes of the end' },
} as const;

export type Tail = { readonly lines: number } | { readonly bytes: number };

const DEFAULT_LINES = 10;
/** First guess of how much holds the lines that are wanted; it grows until they are in it. */
const FIRST_WINDOW = 64 * 1024;
const GROWTH = 8;

export function tailOf(flags: {
  tail: boolean | undefined;
  n: number | undefined;
  c: number | undefined;
}): Tail | undefined {
  if (flags.c !== undefined) return { bytes: flags.c };
  if (flags.n !== undefined) return { lines: flags.n };
  return flags.tail ? { lines: DEFAULT_LINES } : undefined;
}

/** How a file is read: that many bytes of its end, without going on. */
export type ReadEnd = (bytes: number) => Promise<AsyncIterable<Frame>>;

/** How many bytes before the end the wanted part begins. */
export async function tailBytes(tail: Tail, readEnd: ReadEnd): Promise<number> {
  if ('bytes' in tail) return tail.bytes;
  if (tail.lines <= 0) return 0;
  for (let window = FIRST_WINDOW; ; window *= GROWTH) {
    const end = await collect(await readEnd(window));
    const start = startOfLines(end, tail.lines);
    // A window that is not full holds the whole file.
    if (start !== undefined || end.length < window) return end.length - (start ?? 0);
  }
}

/** Where the last lines begin; undefined when there may be more of them before `end`. A newline at the very end ends the last line. */
export function startOfLines(end: Uint8Array, lines: number): number | undefined {
  const NEWLINE = 10;
  let left = lines;
  for (let at = end.length - 2; at >= 0; at--) if (end[at] === NEWLINE && --left === 0) return at + 1;
  return undefined;
}

export async function* dataOf(frames: AsyncIterable<Frame>): AsyncGenerator<Uint8Array> {
  for await (const { data } of frames) if (data.length > 0) yield data;
}

async function collect(frames: AsyncIterable<Frame>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of dataOf(frames)) parts.push(part);
  return Buffer.concat(parts);
}
