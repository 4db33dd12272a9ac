import type { FeedLine } from '../../catalog/mirror/feed-line.ts';
import type { CatalogMirror } from '../../catalog/mirror/mirror.ts';
import { backoff } from '../../client/backoff.ts';
import type { Log } from '../../log.ts';
import { pause } from '../../rpc/deadline.ts';
import type { Link } from '../../rpc/link.ts';
import { PATHS } from '../../rpc/protocol.ts';

const RETRY = { baseMs: 100, maxMs: 1_000 };
/** A server says something every 2 s. */
const SILENCE_MS = 7_000;

export type FollowDeps = {
  readonly mirror: CatalogMirror;
  readonly link: Link;
  /** All that the servers have is here: at the beginning, and after each interruption. */
  readonly onCurrent: () => void;
  readonly random: () => number;
  readonly log: Log;
};

/** Feeds the mirror from a server until the link is stopped. */
export async function followCatalog(deps: FollowDeps): Promise<void> {
  const { link, log, random } = deps;
  for (let attempt = 0; !link.stopped.aborted; attempt += 1) {
    try {
      await followOnce(deps, attempt > 0, () => {
        attempt = 0;
      });
      log.debug({}, 'catalog: the server ended the feed of changes');
    } catch (error) {
      log.debug({ error: String(error) }, 'catalog: the feed of changes was interrupted');
    }
    await pause(backoff(attempt, RETRY, random), link.stopped);
  }
}

async function followOnce(deps: FollowDeps, isReturn: boolean, onLine: () => void): Promise<void> {
  const { link, mirror } = deps;
  const watchdog = new Watchdog(SILENCE_MS, link.stopped);
  try {
    const response = await link.stream(PATHS.followCatalog, { after: mirror.servedIndex }, watchdog.signal);
    // Whatever else went over the same way hangs as well.
    if (isReturn) link.reset();
    mirror.begin();
    let isCurrent = false;
    for await (const line of lines(response.setEncoding('utf8'))) {
      watchdog.reset();
      const read = JSON.parse(line) as FeedLine;
      mirror.take(read);
      onLine();
      if (isCurrent || !('index' in read) || 'changes' in read) continue;
      isCurrent = true;
      deps.onCurrent();
    }
  } finally {
    watchdog.stop();
  }
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest: string[] = [];
  for await (const part of text) {
    const pieces = part.split('\n');
    rest.push(pieces[0] as string);
    if (pieces.length === 1) continue;
    yield rest.join('');
    for (const piece of pieces.slice(1, -1)) yield piece;
    rest = [pieces.at(-1) as string];
  }
}

/** A signal that fires when nothing was heard for a while. */
class Watchdog {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #abort = () => this.#controller.abort(this.#parent.reason);
  readonly #timer: NodeJS.Timeout;

  constructor(silenceMs: number, parent: AbortSignal) {
    this.#parent = parent;
    this.#timer = setTimeout(
      () => this.#controller.abort(new Error(`nothing was heard for ${silenceMs} ms`)),
      silenceMs,
    );
    parent.addEventListener('abort', this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  reset(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#abort);
    // Ends the response, too, if it has not ended.
    this.#controller.abort();
  }
}
