import type { Endpoint, Handler } from '../../http/shared/api.ts';
import { answerOf, passedOn } from '../../http/shared/passed-on.ts';
import type { ApiRequest } from '../../http/shared/request.ts';
import type { Link } from '../../rpc/link.ts';
import type { ApiName } from '../../rpc/protocol.ts';

const BODY_LIMIT = 64 * 1024 * 1024;

/** Answers with what a server answers, as it comes. */
export function forwarding(link: Link, api: ApiName): Handler {
  return async (request) => answerOf(await link.forward(api, forwarded(request), request.signal));
}

/** Everything that this agent cannot answer itself. */
export function forwardEverything(link: Link, api: ApiName): Endpoint[] {
  const handler = forwarding(link, api);
  return [
    { path: '/v1/*', bodyLimit: BODY_LIMIT, methods: { GET: handler, PUT: handler, POST: handler, DELETE: handler } },
  ];
}

function forwarded({ method, url, headers, body }: ApiRequest) {
  return { method, path: url, headers: passedOn(headers), ...(body.length > 0 && { body }) };
}
