import { DEFAULT_NAMESPACE } from '../../server/namespaces.ts';
import { clientStatus } from '../../state/alloc-view.ts';
import type { AllocRow, JobRow } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import { jobKey } from '../../state/tables.ts';
import { BadRequestError, NotFoundError } from '../shared/errors.ts';

/** The actions of a job's tasks, as `GET /v1/job/:id/actions` lists them (https://developer.hashicorp.com/nomad/api-docs/jobs#list-job-actions). */
export function actionsOf(job: JobRow) {
  return (job.TaskGroups ?? []).flatMap((group) =>
    (group.Tasks ?? []).flatMap((task) =>
      (task.Actions ?? []).map(({ Name }) => ({ Name, TaskName: task.Name, TaskGroupName: group.Name })),
    ),
  );
}

/**
 * Where an action of `/v1/job/:id/action?action=&group=&task=&allocID=&tty=` runs: in the allocation that is named, else in the newest that runs. The
 * client looks the command up itself, in the version of the job that it runs.
 */
export function actionTarget({ tables }: State, url: string): { alloc: string; path: string } {
  const { pathname, searchParams: query } = new URL(url, 'http://here');
  const id = decodeURIComponent(pathname.slice('/v1/job/'.length, -'/action'.length));
  const action = query.get('action') ?? '';
  const task = query.get('task') ?? '';
  if (action === '' || task === '') throw new BadRequestError('must provide an action and a task (action=, task=)');
  const key = jobKey(query.get('namespace') || DEFAULT_NAMESPACE, id);
  const wanted = query.get('allocID') ?? '';
  const group = query.get('group') ?? '';
  const runs = (row: AllocRow) => clientStatus(row, tables.allocStatus.get(row.ID)) === 'running';
  const [newest] = [...tables.allocs.by('job', key)]
    .filter((row) => (wanted === '' ? runs(row) : row.ID === wanted) && (group === '' || row.TaskGroup === group))
    .sort((a, b) => b.CreateIndex - a.CreateIndex);
  if (!newest)
    throw new NotFoundError(`job "${id}" has no ${wanted === '' ? 'running allocation' : `allocation "${wanted}"`}`);
  const asked = new URLSearchParams({ task, action, tty: query.get('tty') ?? 'false' });
  return { alloc: newest.ID, path: `/v1/client/allocation/${newest.ID}/exec?${asked}` };
}
