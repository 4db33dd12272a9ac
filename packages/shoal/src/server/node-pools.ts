import { jobStatus } from '../state/job-summary.ts';
import type { NodePoolRow } from '../state/rows.ts';
import { commitDecision } from './commit.ts';
import type { ServerDeps } from './deps.ts';
import { InvalidRequestError, MultipleErrorsError, UnknownObjectError } from './errors.ts';

export const DEFAULT_POOL = 'default';
/** Every node is in it. */
export const ALL_POOL = 'all';
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const LONGEST_DESCRIPTION = 256;

export type NodePools = ReturnType<typeof createNodePools>;

/**
 * Which nodes a job may be placed on (https://developer.hashicorp.com/nomad/docs/architecture/cluster/node-pools). A pool is there as soon as a node
 * says that it is in it; a row is for what is said of it.
 */
export function createNodePools(deps: ServerDeps) {
  const { state } = deps;
  const { nodePools, nodes, jobs } = state.tables;

  function exists(name: string): boolean {
    return isBuiltIn(name) || nodePools.get(name) !== undefined || hasNodes(name);
  }

  async function put(pool: Pick<NodePoolRow, 'Name' | 'Description' | 'Meta'>): Promise<number> {
    const errors = faults(pool);
    if (errors.length > 0) throw new MultipleErrorsError(errors, `Invalid node pool "${pool.Name}": `);
    if (isBuiltIn(pool.Name)) throw new InvalidRequestError(`modifying node pool "${pool.Name}" is not allowed`);
    const result = await state.commit({ ops: [{ kind: 'put', table: 'nodePools', key: pool.Name, value: pool }] });
    return result.ok ? result.index : state.index();
  }

  async function remove(name: string): Promise<number> {
    if (isBuiltIn(name)) throw new InvalidRequestError(`deleting node pool "${name}" is not allowed`);
    const { index } = await commitDecision(state, `Node pool "${name}"`, () => {
      const row = nodePools.get(name);
      if (hasNodes(name)) throw new InvalidRequestError(`node pool "${name}" has nodes`);
      if (!row) throw new UnknownObjectError(`node pool "${name}" not found`);
      if (hasJobs(name)) throw new InvalidRequestError(`node pool "${name}" has non-terminal jobs`);
      const require = [{ table: 'nodePools', key: name, modifyIndex: row.ModifyIndex }];
      return { txn: { ops: [{ kind: 'delete', table: 'nodePools', key: name }], require }, answer: undefined };
    });
    return index;
  }

  function hasNodes(name: string): boolean {
    for (const _ of nodes.by('pool', name)) return true;
    return false;
  }

  function hasJobs(name: string): boolean {
    for (const job of jobs.values())
      if (job.NodePool === name && jobStatus(job, state.summaries.get(job.Namespace, job.ID)) !== 'dead') return true;
    return false;
  }

  return { exists, put, remove };
}

function isBuiltIn(name: string): boolean {
  return name === DEFAULT_POOL || name === ALL_POOL;
}

function faults({ Name, Description }: Pick<NodePoolRow, 'Name' | 'Description'>): string[] {
  const faults: string[] = [];
  if (!NAME.test(Name)) faults.push(`invalid name "${Name}": 1 to 128 letters, digits, "_" and "-"`);
  if (Description.length > LONGEST_DESCRIPTION) faults.push(`description longer than ${LONGEST_DESCRIPTION}`);
  return faults;
}
