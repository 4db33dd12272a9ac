import { type Coordinate, distance, newCoordinate } from './vivaldi.ts';

/** Where the nodes are, as far as this agent was told. In memory alone: after a restart they are found anew within minutes. */
export type Coordinates = {
  /** Of each node, by its name as it was told. */
  list(): readonly NodeCoordinate[];
  /** Compared without case. */
  get(node: string): NodeCoordinate | undefined;
  set(node: string, coordinate: Coordinate): void;
  /** Forgets those whose node is no longer there. */
  keep(isThere: (node: string) => boolean): void;
  /** Grows with each change. */
  index(): number;
  /** Seconds of a round trip; infinite when one of the two is unknown. */
  roundTrip(from: string, to: string): number;
  /** Those with the shortest round trip to `near` first, `_agent` being this one; in their order where nothing is known. */
  order<T>(near: string, items: readonly T[], nodeOf: (item: T) => string): T[];
  onChange(listener: () => void): () => void;
};

export type NodeCoordinate = { readonly Node: string; readonly Segment: string; readonly Coord: Coordinate };

/** `ownNode` has a place from the start. `now`: milliseconds since 1970, so that the index grows over a restart, too. */
export function createCoordinates(ownNode: string, now: () => number): Coordinates {
  const known = new Map<string, NodeCoordinate>();
  const listeners = new Set<() => void>();
  let index = now();
  const changed = () => {
    index = Math.max(index + 1, now());
    for (const listener of listeners) listener();
  };
  known.set(ownNode.toLowerCase(), { Node: ownNode, Segment: '', Coord: newCoordinate() });
  const roundTrip = (from: string, to: string) => {
    if (from.toLowerCase() === to.toLowerCase()) return 0;
    const [a, b] = [get(from), get(to)];
    return a && b ? distance(a.Coord, b.Coord) : Number.POSITIVE_INFINITY;
  };
  const get = (node: string) => known.get(node.toLowerCase());
  return {
    list: () => [...known.values()],
    get,
    set(node, Coord) {
      known.set(node.toLowerCase(), { Node: node, Segment: '', Coord });
      changed();
    },
    keep(isThere) {
      const gone = [...known.keys()].filter((node) => node !== ownNode.toLowerCase() && !isThere(node));
      for (const node of gone) known.delete(node);
      if (gone.length > 0) changed();
    },
    index: () => index,
    roundTrip,
    order(near, items, nodeOf) {
      const from = near === '_agent' ? ownNode : near;
      const measured = items.map((item) => ({ item, seconds: roundTrip(from, nodeOf(item)) }));
      // Infinity minus infinity is no number.
      measured.sort((a, b) => (a.seconds === b.seconds ? 0 : a.seconds - b.seconds));
      return measured.map(({ item }) => item);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
