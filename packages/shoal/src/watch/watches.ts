import type { ConsulHttp } from '@shoal/api';
import { lifetime } from '../lifetime.ts';
import type { Log } from '../log.ts';
import { followWatch } from './follow.ts';
import { type HandlerResult, handlerName, runHandler, type WatchHandler } from './handler.ts';
import { allEvents, createRunner } from './runner.ts';
import type { WatchSpec } from './spec.ts';

/** One entry of the configuration's `watches`. */
export type ConfiguredWatch = WatchSpec & {
  readonly handler: WatchHandler;
  readonly datacenter: string | undefined;
  readonly token: string | undefined;
};

export type Watches = { stop(): Promise<void> };

/** Runs all watches of the configuration over Consul's HTTP API, which need not be this agent's. */
export function startWatches(
  watches: readonly ConfiguredWatch[],
  { http, log }: { readonly http: ConsulHttp; readonly log: Log },
): Watches {
  const over = lifetime();
  const running = watches.map((watch) => runWatch(watch, http, log, over.signal));
  return {
    async stop() {
      over.abort();
      await Promise.all(running);
    },
  };
}

async function runWatch(watch: ConfiguredWatch, http: ConsulHttp, log: Log, signal: AbortSignal): Promise<void> {
  const { type, handler, datacenter, token } = watch;
  const what = { type, handler: handlerName(handler) };
  const runner = createRunner({
    run: (change) => runHandler(handler, change, signal),
    ...(type === 'event' && { merge: allEvents }),
    onResult: (result) => tell(log, what, result, signal),
  });
  const changes = followWatch(watch, {
    http,
    signal,
    onFailure: (error) => log.warn({ ...what, error: String(error) }, 'watch: could not be read; trying again'),
    ...(datacenter !== undefined && { datacenter }),
    ...(token !== undefined && { token }),
  });
  for await (const change of changes) runner.take(change);
  await runner.idle();
}

function tell(log: Log, what: object, { ok, code, output }: HandlerResult, signal: AbortSignal): void {
  const said = { ...what, code: code ?? null, output: output.trimEnd() };
  if (ok) log.info(said, 'watch: the handler has run');
  else if (!signal.aborted) log.warn(said, 'watch: the handler has failed');
}
