import { type Answer, text } from '../../shared/answer.ts';
import type { Endpoint } from '../../shared/api.ts';
import { BadRequestError } from '../../shared/errors.ts';
import type { ApiRequest } from '../../shared/request.ts';
import { cpuProfile } from './cpu.ts';
import { encodePprof, type Profile } from './encode.ts';
import { type HeapSampling, sampleHeap } from './heap.ts';

const DEFAULT_SECONDS = 30;
const MOST_SECONDS = 600;
const NAMES = `profile?seconds=30  where the processor's time goes
heap                what is allocated since this agent began
goroutine           what the event loop holds open
cmdline             how the agent was started
`;

/** Profiles of the agent for `go tool pprof` and `consul debug`; only with `enable_debug`, since it tells how the program works, and costs time. */
export function pprofEndpoints(enabled: boolean, now: () => number): Endpoint[] {
  if (!enabled) return [];
  // Begun at once: what was allocated before is not seen.
  const sampling = sampleHeap(now);
  return [{ path: '/debug/pprof/*', methods: { GET: (request) => profile(request, sampling, now) } }];
}

async function profile(request: ApiRequest, sampling: Promise<HeapSampling>, now: () => number): Promise<Answer> {
  switch (request.params['*'] ?? '') {
    case '':
      return text(200, NAMES);
    case 'profile':
      return encoded(await cpuProfile(millisecondsOf(request.query), request.signal, now));
    case 'heap':
    case 'allocs':
      return encoded(await (await sampling).profile());
    case 'goroutine':
      return text(200, openResources());
    case 'cmdline':
      return text(200, process.argv.join('\0'));
    default:
      return text(404, `Unknown profile\nThere are:\n${NAMES}`);
  }
}

function encoded(found: Profile): Answer {
  return { status: 200, body: { kind: 'bytes', bytes: encodePprof(found), type: 'application/octet-stream' } };
}

function millisecondsOf(query: URLSearchParams): number {
  const given = query.get('seconds') ?? String(DEFAULT_SECONDS);
  const seconds = Number(given);
  if (!(seconds > 0 && seconds <= MOST_SECONDS))
    throw new BadRequestError(`seconds is a number up to ${MOST_SECONDS}, not ${JSON.stringify(given)}`);
  return seconds * 1000;
}

function openResources(): string {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}\n`).join('');
}
