import { json } from '../shared/answer.ts';
import type { Endpoint, Handler } from '../shared/api.ts';
import { decodeBody } from '../shared/json-body.ts';
import { DECODE_FAILED, sessionBody } from './bodies.ts';
import type { ConsulApiDeps } from './deps.ts';
import { NotOfferedError } from './errors.ts';
import { requireName } from './params.ts';
import { answerRead } from './reading.ts';

/** Sessions cannot be made yet. So there are none: reads say that, and creating one says why it fails. */
export function sessionEndpoints(deps: ConsulApiDeps): Endpoint[] {
  const none: Handler = (request) => answerRead(deps, request, () => []);
  const noneNamed =
    (missing: string): Handler =>
    (request) => {
      requireName(request.params['*'], missing);
      return none(request);
    };
  return [
    {
      path: '/v1/session/create',
      methods: {
        PUT({ body }) {
          if (body.length > 0) decodeBody(body, sessionBody, DECODE_FAILED);
          throw new NotOfferedError('Sessions');
        },
      },
    },
    {
      path: '/v1/session/renew/*',
      methods: {
        PUT({ params }) {
          const id = requireName(params['*'], 'Missing session');
          return {
            status: 404,
            body: { kind: 'text', text: `Session id '${id}' not found`, type: 'text/plain; charset=utf-8' },
          };
        },
      },
    },
    {
      path: '/v1/session/destroy/*',
      methods: {
        PUT({ params }) {
          requireName(params['*'], 'Missing session');
          return json(true);
        },
      },
    },
    { path: '/v1/session/info/*', methods: { GET: noneNamed('Missing session') } },
    { path: '/v1/session/node/*', methods: { GET: noneNamed('Missing node name') } },
    { path: '/v1/session/list', methods: { GET: none } },
  ];
}
