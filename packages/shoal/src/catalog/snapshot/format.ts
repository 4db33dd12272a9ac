import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as pause } from 'node:timers/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Change } from '../../store/contract.ts';
import { tarEnd, tarHead, tarPadding, untar } from '../../tar.ts';
import { rowsOfRecords } from './from-records.ts';
import { linesOf, rowsOfLines, type SnapshotRow } from './lines.ts';
import { pack, packMapHead, packRawHead, Unpacker } from './msgpack.ts';
import { recordsOf } from './records.ts';

/**
 * A snapshot is a file that Consul's tools take as theirs: a compressed tar archive of `meta.json`, `state.bin` and their checksums. `state.bin` holds
 * records as Consul writes them, so that a Consul can restore keys, catalog, sessions, queries and configuration. Its first record, the header,
 * has one field more, which Consul passes over: the rows of all tables (lines.ts), from which Shoal restores.
 */
export type SnapshotHeader = {
  /** Of the program that wrote it; '' when it was not this one. */
  readonly version: string;
  /** The highest index in it. */
  readonly index: number;
  /** '' when it is not known. */
  readonly datacenter: string;
  /** ISO 8601; '' when it is not known. */
  readonly time: string;
};

export type Snapshot = {
  readonly header: SnapshotHeader;
  /** Consul's own snapshots have no rows of other tables than Consul's. */
  readonly origin: 'shoal' | 'consul';
  readonly rows: readonly SnapshotRow[];
};

/** Which server leads, for the raft configuration that Consul's tools look for. */
export type SnapshotServer = { readonly id: string; readonly address: string };

const ROWS_FIELD = 'ShoalRows';
const SUMS = 'SHA256SUMS';
/** Of an unpacked archive: a few bytes can be made that unpack without end. */
const MOST_BYTES = 2 * 1024 ** 3;
const CHUNKS_AT_ONCE = 50;

export class SnapshotError extends Error {
  readonly code = 'snapshot-invalid';
  constructor(reason: string) {
    super(`This is no whole snapshot: ${reason}. Nothing was restored.`);
    this.name = 'SnapshotError';
  }
}

/** Rows are read as they are sent: they are of one moment, however long it takes. */
export function writeSnapshot(header: SnapshotHeader, server: SnapshotServer, snapshot: Iterable<Change>): Readable {
  return Readable.from(archive(header, server, [...snapshot])).pipe(createGzip());
}

async function* archive(header: SnapshotHeader, server: SnapshotServer, rows: readonly Change[]) {
  const seconds = Date.parse(header.time) / 1000;
  // A tar archive tells lengths in advance.
  const linesLength = await lengthOf(linesOf(rows));
  const head = headerRecord(header.index, linesLength);
  const size = head.length + linesLength + (await lengthOf(recordsOf(rows, header.index)));
  const meta = Buffer.from(JSON.stringify(metaOf(header, server, size)));
  yield* file('meta.json', seconds, meta);
  const hash = createHash('sha256').update(head);
  yield tarHead('state.bin', size, seconds);
  yield head;
  for (const chunks of [linesOf(rows), recordsOf(rows, header.index)])
    for (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  yield tarPadding(size);
  const sums = `${createHash('sha256').update(meta).digest('hex')}  meta.json\n${hash.digest('hex')}  state.bin\n`;
  yield* file(SUMS, seconds, Buffer.from(sums));
  yield tarEnd();
}

function headerRecord(index: number, linesLength: number): Buffer {
  const fields = [pack('LastIndex'), pack(index), pack(ROWS_FIELD), packRawHead(linesLength)];
  return Buffer.concat([packMapHead(2), ...fields]);
}

function* file(name: string, seconds: number, content: Buffer): Generator<Buffer> {
  yield tarHead(name, content.length, seconds);
  yield content;
  yield tarPadding(content.length);
}

/** The event loop gets its turns meanwhile. */
async function lengthOf(chunks: Iterable<Buffer>): Promise<number> {
  let length = 0;
  let count = 0;
  for (const chunk of chunks) {
    length += chunk.length;
    count += 1;
    if (count % CHUNKS_AT_ONCE === 0) await pause();
  }
  return length;
}

/** Fields as the raft library of Consul's has them; the last is ours. */
function metaOf({ version, index, datacenter, time }: SnapshotHeader, { id, address }: SnapshotServer, size: number) {
  return {
    Version: 1,
    ID: `1-${index}-${Date.parse(time)}`,
    Index: index,
    Term: 1,
    Peers: '',
    Configuration: { Servers: [{ Suffrage: 0, ID: id, Address: address }] },
    ConfigurationIndex: 1,
    Size: size,
    Shoal: { Version: version, Datacenter: datacenter, Time: time },
  };
}

type Meta = { Index?: number; ID?: string; Shoal?: { Version: string; Datacenter: string; Time: string } };

/** Takes Shoal's and Consul's. Throws SnapshotError unless all of it is there and as it was written. */
export async function readSnapshot(source: Readable): Promise<Snapshot> {
  const archived = await unzipped(source);
  try {
    return read(untar(archived));
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) throw new SnapshotError(error.message);
    throw error;
  }
}

function read(files: ReadonlyMap<string, Buffer>): Snapshot {
  const [meta, state, sums] = ['meta.json', 'state.bin', SUMS].map((name) => files.get(name));
  if (!meta || !state || !sums) throw new SnapshotError('it is something else');
  checkSums(sums.toString(), files);
  const { Index = 0, ID = '', Shoal } = JSON.parse(meta.toString()) as Meta;
  const unpacker = new Unpacker(state);
  const head = unpacker.value() as Record<string, unknown>;
  const lines = head[ROWS_FIELD];
  const time = Number(/^\d+-\d+-(\d+)$/.exec(ID)?.[1] ?? Number.NaN);
  const header = {
    version: Shoal?.Version ?? '',
    index: Index,
    datacenter: Shoal?.Datacenter ?? '',
    time: Shoal?.Time ?? (Number.isNaN(time) ? '' : new Date(time).toISOString()),
  };
  if (Buffer.isBuffer(lines)) return { header, origin: 'shoal', rows: rowsOfLines(lines) };
  return { header, origin: 'consul', rows: rowsOfRecords(unpacker) };
}

function checkSums(sums: string, files: ReadonlyMap<string, Buffer>): void {
  const told = new Map(
    sums.split('\n').flatMap((line) => {
      const [, sum, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
      return sum && name ? [[name, sum] as const] : [];
    }),
  );
  for (const [name, content] of files) {
    if (name === SUMS) continue;
    if (told.get(name) !== createHash('sha256').update(content).digest('hex'))
      throw new SnapshotError(`the checksum of ${name} is wrong`);
  }
}

async function unzipped(source: Readable): Promise<Buffer> {
  const gunzip = createGunzip();
  source.once('error', (error) => gunzip.destroy(error));
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of source.pipe(gunzip)) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > MOST_BYTES) throw new SnapshotError(`it unpacks to more than ${MOST_BYTES} bytes`);
    }
  } catch (error) {
    if (error instanceof SnapshotError) throw error;
    throw new SnapshotError(error instanceof Error ? error.message : String(error));
  }
  return Buffer.concat(chunks);
}
