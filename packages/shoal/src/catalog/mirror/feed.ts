import type { State } from '../../state/state.ts';
import type { Change, ChangeSet } from '../../store/contract.ts';
import { type FeedLine, feedRow, isMirrored, MIRRORED } from './feed-line.ts';

/** Where lines go; `buffered` is what the reader has not taken yet, in bytes. */
export type FeedSink = {
  write(line: string): void;
  readonly buffered: number;
  drained(): Promise<void>;
};

export type CatalogFeedOptions = {
  /** How often a reader hears something, so that it notices a cut. */
  readonly tickMs?: number;
  /** Bytes of changes that are kept for readers who come back, and that one reader may be behind. */
  readonly keptBytes?: number;
};

const TICK_MS = 2_000;
const KEPT_BYTES = 16 * 1024 * 1024;
const ROWS_PER_LINE = 200;

/**
 * The catalog's changes for the other agents. Every agent gets all of them, and not only those of names it was asked for: then the first question
 * about a name during a cut has an answer, too, and a server holds no list of interests per agent. It is affordable because catalogs are small (some
 * 400 bytes for each service and check), and because a reader who comes back soon is sent only what it missed.
 * Bounded on both sides: a reader that is too far behind is let go, and comes back for the whole.
 */
export class CatalogFeed {
  readonly #state: State;
  readonly #tickMs: number;
  readonly #keptBytes: number;
  readonly #readers = new Set<Reader>();
  #kept: { index: number; line: string }[] = [];
  #bytes = 0;
  /** Every change after this index is kept. */
  #floor = 0;
  #end: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(state: State, { tickMs = TICK_MS, keptBytes = KEPT_BYTES }: CatalogFeedOptions = {}) {
    this.#state = state;
    this.#tickMs = tickMs;
    this.#keptBytes = keptBytes;
  }

  start(): void {
    if (this.#end) return;
    this.#floor = this.#state.index();
    this.#end = this.#state.follow((set) => this.#publish(set));
    this.#timer = setInterval(() => this.#tick(), this.#tickMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#end?.();
    this.#end = undefined;
    clearInterval(this.#timer);
    for (const reader of this.#readers) reader.leave();
  }

  /** Sends what changed after that index (all there is when that is no longer known), then what changes, until the signal fires or the reader is too slow. */
  async send(after: number | undefined, sink: FeedSink, signal: AbortSignal): Promise<void> {
    const missed = this.#missed(after);
    const rows = missed ? [] : this.#rows();
    const index = this.#state.index();
    const reader = new Reader(sink, this.#keptBytes);
    this.#readers.add(reader);
    const leave = () => reader.leave();
    signal.addEventListener('abort', leave, { once: true });
    try {
      if (missed) for (const line of missed) sink.write(line);
      else await sendWhole(rows, index, sink, reader);
      sink.write(lineOf({ index }));
      reader.goLive();
      await reader.left;
    } finally {
      signal.removeEventListener('abort', leave);
      this.#readers.delete(reader);
    }
  }

  #missed(after: number | undefined): string[] | undefined {
    if (after === undefined || after < this.#floor || after > this.#state.index()) return undefined;
    return this.#kept.filter(({ index }) => index > after).map(({ line }) => line);
  }

  /** References only: what they say is written out piece by piece. */
  #rows(): Change[] {
    const { tables } = this.#state;
    return MIRRORED.flatMap((table) =>
      [...tables[table].keys()].flatMap((key) => {
        const value = tables[table].get(key);
        return value ? [{ table, key, value, createIndex: value.CreateIndex, modifyIndex: value.ModifyIndex }] : [];
      }),
    );
  }

  #publish({ index, changes }: ChangeSet): void {
    const ours = changes.filter(({ table }) => isMirrored(table));
    if (ours.length === 0) return;
    const line = lineOf({ changes: ours.map(feedRow), index });
    this.#keep(index, line);
    for (const reader of this.#readers) reader.take(line);
  }

  #keep(index: number, line: string): void {
    this.#kept.push({ index, line });
    this.#bytes += line.length;
    if (this.#bytes <= this.#keptBytes) return;
    // Half of it at once: taking single ones off the front would move the whole each time.
    const gone = this.#kept.splice(0, Math.ceil(this.#kept.length / 2));
    for (const { line: old } of gone) this.#bytes -= old.length;
    this.#floor = gone.at(-1)?.index ?? this.#floor;
  }

  #tick(): void {
    const line = lineOf({ index: this.#state.index() });
    for (const reader of this.#readers) reader.take(line);
  }
}

/** Gathers lines until what was there before them is sent. */
class Reader {
  readonly #sink: FeedSink;
  readonly #mostBytes: number;
  #waiting: string[] | undefined = [];
  #waitingBytes = 0;
  #leave: () => void = () => undefined;
  hasLeft = false;
  readonly left = new Promise<void>((resolve) => {
    this.#leave = resolve;
  });

  constructor(sink: FeedSink, mostBytes: number) {
    this.#sink = sink;
    this.#mostBytes = mostBytes;
  }

  take(line: string): void {
    if (this.hasLeft) return;
    if (this.#waiting) {
      this.#waiting.push(line);
      this.#waitingBytes += line.length;
    } else this.#sink.write(line);
    if (this.#waitingBytes + this.#sink.buffered > this.#mostBytes) this.leave();
  }

  goLive(): void {
    const lines = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#waitingBytes = 0;
    for (const line of lines) this.take(line);
  }

  leave(): void {
    this.hasLeft = true;
    this.#leave();
  }
}

async function sendWhole(rows: readonly Change[], index: number, sink: FeedSink, reader: Reader): Promise<void> {
  for (let at = 0; at < rows.length && !reader.hasLeft; at += ROWS_PER_LINE) {
    sink.write(lineOf({ rows: rows.slice(at, at + ROWS_PER_LINE).map(feedRow) }));
    await sink.drained();
  }
  sink.write(lineOf({ whole: index }));
}

function lineOf(line: FeedLine): string {
  return JSON.stringify(line);
}
