import { empty, json, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ApiRequest } from '../shared/request.ts';
import { readHeaders } from './context.ts';

/** What there is none of, so that tools that list everything find empty lists; and what Nomad keeps for its enterprise version. */
export function absentEndpoints(): Endpoint[] {
  const none = () => json([], readHeaders(1));
  // Of other types than the default there is nothing to list at all.
  const noneOfCsi = ({ query }: ApiRequest) => (['csi', null].includes(query.get('type')) ? none() : empty(200));
  const enterprise = () => text(501, 'Nomad Enterprise only endpoint');
  const everyMethod = { GET: enterprise, PUT: enterprise, POST: enterprise, DELETE: enterprise };
  return [
    { path: '/v1/volumes', methods: { GET: noneOfCsi } },
    { path: '/v1/plugins', methods: { GET: noneOfCsi } },
    { path: '/v1/operator/license', methods: { GET: () => empty(204) } },
    { path: '/v1/quotas', methods: everyMethod },
    { path: '/v1/quota/*', methods: everyMethod },
    { path: '/v1/sentinel/*', methods: everyMethod },
  ];
}
