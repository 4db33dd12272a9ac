import { expect, onTestFinished, test } from 'vitest';
import { type AskServer, keepCoordinate } from '../../../src/agent/cluster/coordinate-updates.ts';
import { createCoordinates } from '../../../src/catalog/coordinates/coordinates.ts';
import type { Coordinate } from '../../../src/catalog/coordinates/vivaldi.ts';
import { until } from '../../support/until.ts';

test('an agent finds its place by the round trips to its server, and goes on when the server was away', async () => {
  const coordinates = createCoordinates('server', Date.now);
  let isAway = true;
  const ask: AskServer = async (method, path, body) => {
    if (isAway) throw new Error('no server answers');
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (method === 'PUT') {
      const { Node, Coord } = JSON.parse(body ?? '') as { Node: string; Coord: Coordinate };
      coordinates.set(Node, Coord);
    }
    return {
      status: 200,
      text: path.startsWith('/v1/coordinate/node') ? JSON.stringify([coordinates.get('server')]) : '""',
    };
  };
  const over = new AbortController();
  const kept = keepCoordinate({ ask, node: 'agent', server: () => 'server', random: Math.random, signal: over.signal });
  onTestFinished(async () => {
    over.abort();
    await kept;
  });
  isAway = false;
  await until('the distance is about 20 ms', () => {
    const seconds = coordinates.roundTrip('agent', 'server');
    return seconds > 0.005 && seconds < 0.06;
  });
  expect(coordinates.order('agent', ['server', 'stranger', 'agent'], (name) => name)).toEqual([
    'agent',
    'server',
    'stranger',
  ]);
});
