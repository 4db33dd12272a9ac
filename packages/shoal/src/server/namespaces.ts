import { jobStatus } from '../state/job-summary.ts';
import type { NamespaceRow } from '../state/rows.ts';
import { commitDecision } from './commit.ts';
import type { ServerDeps } from './deps.ts';
import { InvalidRequestError, MultipleErrorsError } from './errors.ts';

export const DEFAULT_NAMESPACE = 'default';
const NAME = /^[a-zA-Z0-9-]{1,128}$/;
const LONGEST_DESCRIPTION = 256;

export type Namespaces = ReturnType<typeof createNamespaces>;

/** Jobs live in namespaces: names of their own. */
export function createNamespaces(deps: ServerDeps) {
  const { state } = deps;
  const { namespaces, jobs, variables } = state.tables;

  /** `default` is always there; it has a row only once somebody described it otherwise. */
  function exists(name: string): boolean {
    return name === DEFAULT_NAMESPACE || namespaces.get(name) !== undefined;
  }

  async function put(namespace: Pick<NamespaceRow, 'Name' | 'Description' | 'Meta'>): Promise<number> {
    const errors = faults(namespace);
    if (errors.length > 0) throw new MultipleErrorsError(errors, `Invalid namespace "${namespace.Name}": `);
    const result = await state.commit({
      ops: [{ kind: 'put', table: 'namespaces', key: namespace.Name, value: namespace }],
    });
    return result.ok ? result.index : state.index();
  }

  /** Whoever removes an unknown one wants it to be gone, and it is. */
  async function remove(name: string): Promise<number> {
    if (name === DEFAULT_NAMESPACE) throw new InvalidRequestError('can not delete default namespace');
    const { index } = await commitDecision(state, `Namespace "${name}"`, () => {
      if (inUse(name))
        throw new MultipleErrorsError([`namespace "${name}" has non-terminal jobs in regions: [${regionOf(name)}]`]);
      const [variable] = variables.scan(`${name}/`);
      if (variable)
        throw new MultipleErrorsError([
          `namespace "${name}" has variables, such as "${variable.Path}": delete them first (var purge)`,
        ]);
      const row = namespaces.get(name);
      const require = [{ table: 'namespaces', key: name, modifyIndex: row?.ModifyIndex ?? 0 }];
      return {
        ...(row && { txn: { ops: [{ kind: 'delete', table: 'namespaces', key: name } as const], require } }),
        answer: undefined,
      };
    });
    return index;
  }

  function regionOf(name: string): string {
    return jobs.scan(`${name}/`).next().value?.Region ?? '';
  }

  function inUse(name: string): boolean {
    for (const job of jobs.scan(`${name}/`))
      if (jobStatus(job, state.summaries.get(job.Namespace, job.ID)) !== 'dead') return true;
    return false;
  }

  return { exists, put, remove };
}

function faults({ Name, Description }: Pick<NamespaceRow, 'Name' | 'Description'>): string[] {
  const faults: string[] = [];
  if (!NAME.test(Name)) faults.push(`invalid name "${Name}". Must match regex ^[a-zA-Z0-9-]{1,128}$`);
  if (Description.length > LONGEST_DESCRIPTION) faults.push(`description longer than ${LONGEST_DESCRIPTION}`);
  return faults;
}
