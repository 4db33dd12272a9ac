import type { Endpoint, Handler } from '../shared/api.ts';
import { blockingParams } from '../shared/blocking-params.ts';
import { eachHandler } from '../shared/each-handler.ts';
import type { ApiRequest } from '../shared/request.ts';

export type Waits = {
  /** Of a blocking query that names none, and the longest; milliseconds. */
  readonly usualMs: number;
  readonly mostMs: number;
};

/** The same endpoints, whose blocking queries wait as the operator wants (Consul's `default_query_time` and `max_query_time`). */
export function waiting(endpoints: readonly Endpoint[], waits: Waits): readonly Endpoint[] {
  return eachHandler(endpoints, (handler) => waitingIn(handler, waits));
}

function waitingIn(handler: Handler, { usualMs, mostMs }: Waits): Handler {
  return (request: ApiRequest) => {
    const { query } = request;
    if (query.has('index')) {
      const { waitMs } = blockingParams(query);
      query.set('wait', `${Math.min(waitMs > 0 ? waitMs : usualMs, mostMs)}ms`);
    }
    return handler(request);
  };
}
