import type { LogLines } from '../../log-lines.ts';
import type { Endpoint } from '../shared/api.ts';
import { absentEndpoints } from './absent.ts';
import { aclEndpoints } from './acl.ts';
import { type AgentFacts, agentEndpoints } from './agent.ts';
import { monitorEndpoint } from './agent-monitor.ts';
import { allocationEndpoints } from './allocations.ts';
import { type ClientApiDeps, clientEndpoints, monitorOfNode } from './client.ts';
import { deploymentEndpoints } from './deployments.ts';
import { evaluationEndpoints } from './evaluations.ts';
import { eventEndpoints } from './events.ts';
import { fuzzySearchEndpoints } from './fuzzy-search.ts';
import { jobEndpoints } from './job.ts';
import { jobsEndpoints } from './jobs.ts';
import { keyringEndpoints, tokenKeyEndpoints } from './keyring.ts';
import { metricsEndpoints } from './metrics.ts';
import { namespaceEndpoints } from './namespaces.ts';
import { nodePoolEndpoints } from './node-pools.ts';
import { nodeEndpoints } from './nodes.ts';
import { operatorEndpoints } from './operator.ts';
import { scalingEndpoints } from './scaling.ts';
import { searchEndpoints } from './search.ts';
import { serviceEndpoints } from './services.ts';
import { systemEndpoints } from './system.ts';
import { validateEndpoints } from './validate.ts';
import { variableEndpoints } from './variables.ts';

export type NomadApiDeps = ClientApiDeps & { readonly agent: AgentFacts; readonly logs?: LogLines | undefined };

/** Every endpoint of Nomad's API that there is. */
export function nomadEndpoints(deps: NomadApiDeps): Endpoint[] {
  return [
    ...jobsEndpoints(deps),
    ...validateEndpoints(),
    ...jobEndpoints(deps),
    ...allocationEndpoints(deps),
    ...evaluationEndpoints(deps),
    ...deploymentEndpoints(deps),
    ...nodePoolEndpoints(deps),
    ...nodeEndpoints(deps),
    ...clientEndpoints(deps),
    ...agentEndpoints(deps.agent),
    monitorEndpoint(deps.logs, { ownNode: deps.localNode, ofNode: monitorOfNode(deps) }),
    ...scalingEndpoints(deps),
    ...searchEndpoints(deps),
    ...fuzzySearchEndpoints(deps),
    ...namespaceEndpoints(deps),
    ...serviceEndpoints(deps),
    ...variableEndpoints(deps),
    ...operatorEndpoints(deps),
    ...keyringEndpoints(deps),
    ...tokenKeyEndpoints(deps),
    ...eventEndpoints(deps),
    ...aclEndpoints(),
    ...absentEndpoints(),
    ...systemEndpoints(deps),
    ...metricsEndpoints(deps),
  ];
}
