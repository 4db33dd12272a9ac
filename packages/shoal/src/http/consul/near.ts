import type { ConsulApiDeps } from './deps.ts';

/** `?near=NODE`, or `_agent` for this one: those with the shortest round trip first. */
export function nearTo({ coordinates }: Pick<ConsulApiDeps, 'coordinates'>, near: string) {
  return <T>(items: readonly T[], nodeOf: (item: T) => string): T[] =>
    near === '' ? [...items] : coordinates.order(near, items, nodeOf);
}
