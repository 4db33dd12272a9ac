import type { TaskQuestion } from '../client/server-connection.ts';
import { RequestRefusedError } from '../rpc/errors.ts';
import { nomadServiceInstances, nomadServiceNames } from '../state/compose/nomad-service.ts';
import type { Read } from '../state/read.ts';
import type { AllocRow } from '../state/rows.ts';
import { jobVersionKey, variableKey } from '../state/tables.ts';
import type { ServerDeps } from './deps.ts';
import { DEFAULT_IDENTITY, identityClaims } from './identity-claims.ts';
import type { Signer } from './keyring/signer.ts';
import { accessRefusal, readablePaths, type TaskIdentity } from './variables/task-access.ts';
import type { Variables } from './variables/variables.ts';

type Refusal = { readonly refused: RequestRefusedError };

/**
 * Answers what templates of tasks ask, by way of their client. A client gets what its own tasks may read, and nothing else. What cannot be answered is a
 * value: it is found within a reading.
 */
export function createTaskQuestions(
  { state, now, newId, oidcIssuer }: ServerDeps & { readonly oidcIssuer?: string | undefined },
  { variables, signer }: { variables: Pick<Variables, 'itemsOf'>; signer: Pick<Signer, 'sign'> },
) {
  const { allocs, jobVersions, variables: table } = state.tables;

  function identityOf(nodeId: string, { allocId, task }: TaskQuestion): TaskIdentity | undefined {
    const row = allocs.get(allocId);
    const job = row?.NodeID === nodeId ? jobOf(row) : undefined;
    const group = job?.TaskGroups?.find(({ Name }) => Name === row?.TaskGroup);
    if (!row || !job || !group?.Tasks?.some(({ Name }) => Name === task)) return undefined;
    return { namespace: row.Namespace, job: job.ParentID || job.ID, group: group.Name, task };
  }

  /** A token for one of the task's identities; undefined if it has none of that name. */
  function tokenFor({ allocId, task }: TaskQuestion, name: string): string | undefined {
    const row = allocs.get(allocId);
    const job = row && jobOf(row);
    const found = job?.TaskGroups?.find(({ Name }) => Name === row?.TaskGroup)?.Tasks?.find(
      ({ Name }) => Name === task,
    );
    const wanted = found?.Identities?.find(({ Name }) => (Name || DEFAULT_IDENTITY) === name);
    if (!row || !job || !wanted) return undefined;
    const bearer = {
      region: job.Region,
      namespace: row.Namespace,
      job: job.ParentID || job.ID,
      group: row.TaskGroup,
      allocId,
      task,
    };
    const issue = { now: now(), tokenId: newId(), ...(oidcIssuer && { issuer: oidcIssuer }) };
    return signer.sign(identityClaims(bearer, wanted, issue));
  }

  function jobOf({ Namespace, JobID, JobVersion }: AllocRow) {
    return jobVersions.get(jobVersionKey(Namespace, JobID, JobVersion));
  }

  return (read: Read, nodeId: string, question: TaskQuestion): { readonly data: unknown } | Refusal => {
    const identity = identityOf(nodeId, question);
    if (!identity)
      return refusal(404, `allocation ${question.allocId} has no task "${question.task}" on node ${nodeId}`);
    const { about } = question;
    switch (about.kind) {
      case 'variable': {
        const namespace = about.namespace || identity.namespace;
        const why = accessRefusal(identity, namespace, about.path);
        if (why !== undefined) return refusal(403, why);
        const row = read.get(table, variableKey(namespace, about.path));
        if (!row) return { data: null };
        const { KeyID: _, Data: __, Lock: ___, ...rest } = row;
        return { data: { ...rest, Items: variables.itemsOf(row) } };
      }
      case 'variables': {
        const namespace = about.namespace || identity.namespace;
        const paths = namespace === identity.namespace ? readablePaths(identity) : [];
        const wanted = paths.filter((path) => path.startsWith(about.prefix));
        const rows = wanted.flatMap((path) => read.get(table, variableKey(namespace, path)) ?? []);
        return { data: rows.map(({ KeyID: _, Data: __, Lock: ___, ...rest }) => rest) };
      }
      case 'identity': {
        const token = tokenFor(question, about.name);
        return token === undefined
          ? refusal(403, `task "${question.task}" has no identity "${about.name}"`)
          : { data: token };
      }
      case 'services':
        return { data: nomadServiceNames(read, identity.namespace) };
      case 'service':
        return { data: nomadServiceInstances(read, identity.namespace, about.name) };
      default:
        return refusal(400, 'this question is not understood: the two agents are of different versions');
    }
  };
}

function refusal(status: number, message: string): Refusal {
  return { refused: new RequestRefusedError(status, message) };
}
