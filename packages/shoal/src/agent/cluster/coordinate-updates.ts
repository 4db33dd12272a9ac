import { setTimeout as delay } from 'node:timers/promises';
import type { NodeCoordinate } from '../../catalog/coordinates/coordinates.ts';
import { type Coordinate, moved, newCoordinate } from '../../catalog/coordinates/vivaldi.ts';

/** How this agent asks a server, over the link that everything goes over. Rejects when none answers. */
export type AskServer = (
  method: 'GET' | 'PUT',
  path: string,
  body?: string,
) => Promise<{ status: number; text: string }>;

export type CoordinateUpdatesDeps = {
  readonly ask: AskServer;
  readonly node: string;
  /** Name of the server that is asked; undefined while none is known. */
  readonly server: () => string | undefined;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Between measurements. */
  readonly everyMs?: number;
};

const EVERY_MS = 15_000;
/** At first often, so that an agent has a place soon. */
const FIRST_EVERY_MS = 1_000;
const FIRST = 10;
const PROBES = 3;
/** As small an answer as there is. */
const PROBE = '/v1/status/leader';

/**
 * Finds this agent's place in the network: measures the round trip to its server, moves its coordinate by it, and tells the servers. The least of several
 * probes counts: what is more was spent waiting, not travelling.
 */
export async function keepCoordinate(deps: CoordinateUpdatesDeps): Promise<void> {
  let own = newCoordinate();
  for (let round = 0; !deps.signal.aborted; round += 1) {
    try {
      own = await update(deps, own);
    } catch {
      // No server now: the place stays what it was.
    }
    const pause = round < FIRST ? FIRST_EVERY_MS : (deps.everyMs ?? EVERY_MS);
    await delay(pause * (0.75 + 0.5 * deps.random()), undefined, { signal: deps.signal, ref: false }).catch(
      () => undefined,
    );
  }
}

async function update({ ask, node, server, random }: CoordinateUpdatesDeps, own: Coordinate): Promise<Coordinate> {
  const name = server();
  if (name === undefined) return own;
  const { status, text } = await ask('GET', `/v1/coordinate/node/${encodeURIComponent(name)}`);
  const other = status === 200 ? (JSON.parse(text) as NodeCoordinate[])[0] : undefined;
  if (!other) return own;
  const next = moved(own, other.Coord, await roundTrip(ask), random);
  await ask('PUT', '/v1/coordinate/update', JSON.stringify({ Node: node, Segment: '', Coord: next }));
  return next;
}

/** Seconds. */
async function roundTrip(ask: AskServer): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let probe = 0; probe < PROBES; probe += 1) {
    const start = performance.now();
    await ask('GET', PROBE);
    least = Math.min(least, performance.now() - start);
  }
  return least / 1000;
}
