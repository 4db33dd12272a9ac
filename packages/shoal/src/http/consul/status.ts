import { json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ConsulApiDeps } from './deps.ts';
import { checkPlace } from './reading.ts';

/** The servers, and which one leads. */
export function statusEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    {
      path: '/v1/status/leader',
      methods: {
        GET({ query }) {
          checkPlace(deps, query);
          return json(deps.leader());
        },
      },
    },
    {
      path: '/v1/status/peers',
      methods: {
        GET({ query }) {
          checkPlace(deps, query);
          return json(deps.peers());
        },
      },
    },
  ];
}
