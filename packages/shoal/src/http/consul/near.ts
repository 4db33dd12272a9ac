import type { ConsulApiDeps } from './deps.ts';

/** `?near=NODE`, or `_agent` for this one: those with the shortest round trip first, in their order where nothing is known. */
export function nearTo(deps: Pick<ConsulApiDeps, 'coordinates' | 'facts'>, near: string) {
  return <T>(items: readonly T[], nodeOf: (item: T) => string): T[] => {
    if (near === '') return [...items];
    const from = near === '_agent' ? deps.facts.nodeName : near;
    const measured = items.map((item) => ({ item, seconds: deps.coordinates.roundTrip(from, nodeOf(item)) }));
    // Infinity minus infinity is no number.
    measured.sort((a, b) => (a.seconds === b.seconds ? 0 : a.seconds - b.seconds));
    return measured.map(({ item }) => item);
  };
}
