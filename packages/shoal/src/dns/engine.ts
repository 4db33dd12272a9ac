import { createPacketCache } from './packet-cache.ts';
import { createRateLimit } from './rate-limit.ts';
import { createAnswerCache } from './recursors/answer-cache.ts';
import { createLookup } from './recursors/lookup.ts';
import { createRecursor } from './recursors/recursor.ts';
import type { DnsDeps } from './server.ts';
import type { DnsSettings } from './settings.ts';
import type { ZoneContext } from './zone-context.ts';

const MOST_FORWARDED_AT_ONCE = 512;

/** What answers by one set of settings. Other settings have an engine of their own: nothing that was kept by the former ones is sent. */
export type Engine = ReturnType<typeof createEngine>;

export function createEngine(deps: DnsDeps, settings: DnsSettings) {
  const recursor = createRecursor({
    servers: settings.recursors,
    strategy: settings.recursorStrategy,
    timeoutMs: settings.recursorTimeoutMs,
    mostPending: MOST_FORWARDED_AT_ONCE,
    random: deps.random,
    ...(deps.recursorCa !== undefined && { ca: deps.recursorCa }),
  });
  const cache = createAnswerCache({ size: settings.cacheSize, now: () => performance.now() });
  const context: ZoneContext = {
    ...{ view: deps.view, settings, random: deps.random },
    ...(deps.queries && { queries: deps.queries }),
    ...(deps.remote && { remote: deps.remote }),
    ...(deps.mesh && { mesh: deps.mesh }),
    get now() {
      return Math.floor(deps.now() / 1000);
    },
  };
  return {
    settings,
    recursor,
    cache,
    context,
    lookup: createLookup(recursor, cache),
    respond: createPacketCache(),
    mayBeWhole: createRateLimit(settings.rateLimit, () => performance.now()),
  };
}
