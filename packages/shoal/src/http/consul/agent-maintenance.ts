import { empty } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { ConsulApiDeps } from './deps.ts';
import { parseBool, requireName } from './params.ts';

/** Takes a service, or all of the node, out of what is passing. */
export function agentMaintenanceEndpoints({ registry, syncCatalog }: ConsulApiDeps): Endpoint[] {
  return [
    {
      path: '/v1/agent/service/maintenance/*',
      methods: {
        async PUT({ params, query }) {
          const id = requireName(params['*'], 'Missing service ID');
          await registry.setServiceMaintenance(id, enableOf(query), query.get('reason') ?? '');
          await syncCatalog();
          return empty();
        },
      },
    },
    {
      path: '/v1/agent/maintenance',
      methods: {
        async PUT({ query }) {
          await registry.setNodeMaintenance(enableOf(query), query.get('reason') ?? '');
          await syncCatalog();
          return empty();
        },
      },
    },
  ];
}

function enableOf(query: URLSearchParams): boolean {
  const text = query.get('enable');
  if (text === null) throw new BadRequestError('Missing value for enable');
  const enable = parseBool(text);
  if (enable === undefined) throw new BadRequestError(`Invalid value for enable: ${JSON.stringify(text)}`);
  return enable;
}
