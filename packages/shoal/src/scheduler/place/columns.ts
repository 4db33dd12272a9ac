/** Room for so many slots, doubled: a cluster that grows is not copied for each node. */
export function roomFor(slots: number): number {
  return Math.max(64, 2 ** Math.ceil(Math.log2(slots)));
}

export function widened<Column extends { set(from: ArrayLike<number>): void }>(
  into: Column,
  from: ArrayLike<number>,
): Column {
  into.set(from);
  return into;
}
