import { grantCaps, plainCap, USUAL_CAPS } from '../caps.ts';

/** What Docker gives a container that asks for nothing. */
const DOCKER_CAPS = [...USUAL_CAPS, 'net_raw'];

export type Capabilities = { add: string[]; drop: string[]; refused: readonly string[] };

/** What a container gets beside and less than Docker's own set, and what of it the operator does not allow. */
export function capabilities(
  wanted: { add: readonly string[]; drop: readonly string[] },
  allowed: readonly string[],
): Capabilities {
  const { kept, refused } = grantCaps(wanted, allowed);
  if (kept === 'all') return { add: ['ALL'], drop: wanted.drop.map(plainCap).map(engineName), refused };
  return {
    add: kept.filter((cap) => !DOCKER_CAPS.includes(cap)).map(engineName),
    drop: DOCKER_CAPS.filter((cap) => !kept.includes(cap)).map(engineName),
    refused,
  };
}

function engineName(cap: string): string {
  return cap.toUpperCase();
}
