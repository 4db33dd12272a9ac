import { json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ConsulApiDeps } from './deps.ts';
import { checkReadParams } from './reading.ts';

/** The servers, and which one leads. */
export function statusEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    {
      path: '/v1/status/leader',
      methods: {
        GET({ query }) {
          checkReadParams(deps, query);
          return json(deps.leader());
        },
      },
    },
    {
      path: '/v1/status/peers',
      methods: {
        GET({ query }) {
          checkReadParams(deps, query);
          return json(deps.peers());
        },
      },
    },
  ];
}
