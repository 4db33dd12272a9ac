import { empty } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { NomadDeps } from './context.ts';

/** `/v1/system/…`. Summaries are derived, so there is nothing to reconcile. */
export function systemEndpoints(deps: NomadDeps): Endpoint[] {
  const collect = async () => {
    await deps.server.collectGarbage({ force: true });
    return empty();
  };
  const nothing = () => empty();
  return [
    { path: '/v1/system/gc', methods: { PUT: collect, POST: collect } },
    { path: '/v1/system/reconcile/summaries', methods: { PUT: nothing, POST: nothing } },
  ];
}
