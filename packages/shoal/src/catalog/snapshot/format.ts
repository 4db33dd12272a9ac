import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { Change } from '../../store/contract.ts';

/**
 * A snapshot as a file: gzip over lines of JSON. The first line says what it is, one line per row follows, `[table, key, createIndex, modifyIndex, value]`,
 * and the last line has their number and the SHA-256 of all lines before it: what was cut off or changed on the way is never restored.
 */
export type SnapshotHeader = {
  readonly format: number;
  /** Of the program that wrote it. */
  readonly version: string;
  /** The highest index in it. */
  readonly index: number;
  readonly datacenter: string;
  /** ISO 8601. */
  readonly time: string;
};

export type SnapshotRow = Omit<Change, 'value'> & { readonly value: object };
export type Snapshot = { readonly header: SnapshotHeader; readonly rows: readonly SnapshotRow[] };

export const SNAPSHOT_FORMAT = 1;
const KIND = 'shoal-snapshot';

export class SnapshotError extends Error {
  readonly code = 'snapshot-invalid';
  constructor(reason: string) {
    super(`This is no whole snapshot: ${reason}. Nothing was restored.`);
    this.name = 'SnapshotError';
  }
}

/** Rows are read as they are sent: they are of one moment, however long it takes. */
export function writeSnapshot(header: Omit<SnapshotHeader, 'format'>, rows: Iterable<Change>): Readable {
  return Readable.from(lines({ format: SNAPSHOT_FORMAT, ...header }, rows)).pipe(createGzip());
}

const LINES_AT_ONCE = 200;

function* lines(header: SnapshotHeader, rows: Iterable<Change>): Generator<string> {
  const hash = createHash('sha256');
  let count = 0;
  let batch: string[] = [`${JSON.stringify({ kind: KIND, ...header })}\n`];
  for (const { table, key, createIndex, modifyIndex, value } of rows) {
    batch.push(`${JSON.stringify([table, key, createIndex, modifyIndex, value])}\n`);
    count += 1;
    if (batch.length < LINES_AT_ONCE) continue;
    const text = batch.join('');
    hash.update(text);
    yield text;
    batch = [];
  }
  const text = batch.join('');
  hash.update(text);
  yield `${text}${JSON.stringify({ rows: count, sha256: hash.digest('hex') })}\n`;
}

/** Throws SnapshotError unless all of it is there and as it was written. */
export async function readSnapshot(source: Readable): Promise<Snapshot> {
  const text = await unzipped(source);
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  if (end <= 0 || !text.endsWith('\n')) throw new SnapshotError('it is cut off');
  const trailer = parse(text.slice(end)) as { rows?: number; sha256?: string };
  const body = text.slice(0, end);
  if (trailer.sha256 !== createHash('sha256').update(body).digest('hex'))
    throw new SnapshotError('its checksum is wrong');
  const [first = '', ...rest] = body.slice(0, -1).split('\n');
  const header = parse(first) as SnapshotHeader & { kind?: string };
  if (header.kind !== KIND) throw new SnapshotError('it is something else');
  if (header.format !== SNAPSHOT_FORMAT)
    throw new SnapshotError(`its format is ${header.format}, this program reads ${SNAPSHOT_FORMAT}`);
  if (rest.length !== trailer.rows) throw new SnapshotError('rows are missing');
  return { header, rows: rest.map(rowOf) };
}

async function unzipped(source: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    const gunzip = createGunzip();
    source.once('error', (error) => gunzip.destroy(error));
    for await (const chunk of source.pipe(gunzip)) chunks.push(chunk as Buffer);
  } catch (error) {
    throw new SnapshotError(error instanceof Error ? error.message : String(error));
  }
  return Buffer.concat(chunks).toString('utf8');
}

function rowOf(line: string): SnapshotRow {
  const [table, key, createIndex, modifyIndex, value] = parse(line) as [string, string, number, number, object];
  return { table, key, createIndex, modifyIndex, value };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SnapshotError('a line of it cannot be read');
  }
}
