import { expect, test } from 'vitest';
import { type Coordinate, distance, moved, newCoordinate } from '../../../src/catalog/coordinates/vivaldi.ts';

/** Pseudo-random, the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test('nodes that measure their round trips find places whose distances are about those', () => {
  const random = randomFrom(7);
  // Two sites, 40 ms apart; 2 ms within.
  const site = [0, 0, 0, 1, 1, 1];
  const rtt = (a: number, b: number) => (site[a] === site[b] ? 0.002 : 0.04);
  const places: Coordinate[] = site.map(newCoordinate);
  for (let round = 0; round < 2000; round += 1) {
    const [a, b] = [Math.floor(random() * 6), Math.floor(random() * 6)];
    if (a === b) continue;
    places[a] = moved(places[a] as Coordinate, places[b] as Coordinate, rtt(a, b) * (0.9 + 0.2 * random()), random);
  }
  for (const [a, place] of places.entries())
    for (const [b, other] of places.entries()) {
      if (a === b) continue;
      expect(distance(place, other)).toBeGreaterThan(rtt(a, b) * 0.5);
      expect(distance(place, other)).toBeLessThan(rtt(a, b) * 1.5 + 0.001);
    }
});

test.each([
  ['a negative time', -1],
  ['no number', Number.NaN],
  ['an hour', 3600],
])('%s moves nothing', (_, rtt) => {
  const own = newCoordinate();
  expect(moved(own, newCoordinate(), rtt, Math.random)).toBe(own);
});
