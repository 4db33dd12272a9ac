import type { ViewInstance } from '../dns/view.ts';
import { type Instance, worstStatus } from './health.ts';

/** An instance as DNS reads it. */
export function viewInstance({ node, service, checks }: Instance): ViewInstance {
  return {
    id: service.ServiceID,
    name: service.ServiceName,
    node: { name: node.Node, address: node.Address, meta: node.Meta ?? {} },
    address: service.ServiceAddress,
    port: service.ServicePort,
    tags: service.ServiceTags,
    weights: { passing: service.ServiceWeights.Passing, warning: service.ServiceWeights.Warning },
    health: worstStatus(checks),
    modifyIndex: service.ModifyIndex,
  };
}
