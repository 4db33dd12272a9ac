import { plainCap, USUAL_CAPS } from './settings.ts';

/** What Docker gives a container that asks for nothing. */
const DOCKER_CAPS = [...USUAL_CAPS, 'net_raw'];

export type Capabilities = { add: string[]; drop: string[]; refused: string[] };

/**
 * What a container gets beside and less than Docker's own set: the usual ones, with `cap_add`, without `cap_drop`. `refused`: those of it that the
 * operator does not allow.
 */
export function capabilities(
  wanted: { add: readonly string[]; drop: readonly string[] },
  allowed: readonly string[],
): Capabilities {
  const add = wanted.add.map(plainCap);
  const drop = wanted.drop.map(plainCap);
  const allows = (cap: string) => allowed.includes('all') || allowed.includes(cap);
  if (add.includes('all')) return { add: ['ALL'], drop: drop.map(engineName), refused: allows('all') ? [] : ['all'] };
  const usual = drop.includes('all') ? [] : USUAL_CAPS;
  const effective = [...new Set([...usual, ...add])].filter((cap) => !drop.includes(cap) || add.includes(cap));
  // The operator may take away from what everybody gets without asking.
  const refused = effective.filter((cap) => !allows(cap) && add.includes(cap));
  const kept = effective.filter(allows);
  return {
    add: kept.filter((cap) => !DOCKER_CAPS.includes(cap)).map(engineName),
    drop: DOCKER_CAPS.filter((cap) => !kept.includes(cap)).map(engineName),
    refused,
  };
}

function engineName(cap: string): string {
  return cap.toUpperCase();
}
