import type { ApiRequest } from '../shared/request.ts';

/**
 * What `?cached` says of itself. Answers come from memory that is kept current, so there is nothing to keep here but whether a reading was asked for
 * before: the first is a miss, as with an agent that has yet to fetch it, and all others are hits of age 0.
 */
export type AskedBefore = (request: ApiRequest) => boolean;

const MOST = 10_000;
/** Parameters that do not say what is read. */
const ASIDE = ['cached', 'index', 'wait', 'pretty', 'stale', 'hash', 'token'];

export function createAskedBefore(): AskedBefore {
  const asked = new Set<string>();
  return ({ path, query }) => {
    const what = new URLSearchParams(query);
    for (const name of ASIDE) what.delete(name);
    what.sort();
    const key = `${path}?${what}`;
    const isKnown = asked.delete(key);
    asked.add(key);
    if (asked.size > MOST) for (const oldest of [...asked].slice(0, MOST / 10)) asked.delete(oldest);
    return isKnown;
  };
}
