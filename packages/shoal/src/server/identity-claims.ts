import type { WorkloadIdentity } from '@shoal/api';

/** Who a token is about. */
export type Bearer = {
  region: string;
  namespace: string;
  /** Of the parent, for what was dispatched or is periodic. */
  job: string;
  group: string;
  allocId: string;
  task: string;
};

export type Issue = {
  /** Unix milliseconds. */
  now: number;
  /** Unique. */
  tokenId: string;
  /** Where the keys are published; left out where nobody said. */
  issuer?: string;
};

/** Of the identity that needs no name (job specification, identity). */
export const DEFAULT_IDENTITY = 'default';
const DEFAULT_AUDIENCE = 'nomadproject.io';

/**
 * What a token says, in the names of Nomad's (https://developer.hashicorp.com/nomad/docs/concepts/workload-identity, RFC 7519 section 4.1).
 * Without a `ttl` it does not expire.
 */
export function identityClaims(bearer: Bearer, identity: WorkloadIdentity, issue: Issue): Record<string, unknown> {
  const { region, namespace, job, group, allocId, task } = bearer;
  const name = identity.Name || DEFAULT_IDENTITY;
  const seconds = Math.floor(issue.now / 1000);
  const audience = identity.Audience?.length ? identity.Audience : name === DEFAULT_IDENTITY ? [DEFAULT_AUDIENCE] : [];
  return {
    ...(issue.issuer && { iss: issue.issuer }),
    ...(audience.length > 0 && { aud: audience.length === 1 ? audience[0] : audience }),
    sub: [region, namespace, job, group, task, name].join(':'),
    jti: issue.tokenId,
    iat: seconds,
    nbf: seconds,
    ...(identity.TTL > 0 && { exp: seconds + Math.ceil(identity.TTL / 1e9) }),
    nomad_namespace: namespace,
    nomad_job_id: job,
    nomad_allocation_id: allocId,
    nomad_task: task,
  };
}
