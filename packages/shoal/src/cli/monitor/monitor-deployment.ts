import type { AllocStub, Deployment } from '@shoal/api';
import { CommandError } from '../errors.ts';
import { span } from '../output/ago.ts';
import { createLive } from '../output/live.ts';
import { paintStatus } from '../output/paint.ts';
import { shortId } from '../output/short-id.ts';
import { deployedTable } from '../show/deployment.ts';
import { allocChanges } from './alloc-changes.ts';
import { type Monitoring, mark } from './monitor-eval.ts';
import { follow, watch } from './watch.ts';

/** Moving on needs a user. */
const OVER = new Set<Deployment['Status']>(['successful', 'failed', 'cancelled']);
const TICK_MS = 1_000;

/** Tells how a deployment goes on until it is over: each allocation's changes, and on a terminal a table of its groups that is kept current. */
export async function monitorDeployment(id: string, monitoring: Monitoring): Promise<Deployment> {
  const { io, nomad, verbose } = monitoring;
  const live = createLive(io);
  const stop = new AbortController();
  const started = io.now();
  let { value: current } = await nomad.deployments.read(id);
  const changes = allocChanges({ verbose, since: current?.CreateIndex ?? 0 });
  const tell = (allocs: readonly AllocStub[]) => {
    for (const line of changes(allocs)) live.line(`    ${colored(line, monitoring)}`);
  };
  const draw = () => {
    if (current) live.foot(footOf(current, started, monitoring));
  };
  live.line(`${mark(io)} Monitoring deployment "${shortId(id, verbose)}"`);
  const ticks = setInterval(draw, TICK_MS);
  const following = follow(
    watch((blocking) => nomad.deployments.allocations(id, blocking), stop.signal),
    tell,
  );
  try {
    for await (const deployment of watch((blocking) => nomad.deployments.read(id, blocking), stop.signal)) {
      if (!deployment) throw new CommandError(`the deployment "${id}" does not exist anymore`);
      current = deployment;
      draw();
      if (OVER.has(deployment.Status)) break;
    }
    if (!current) throw new CommandError(`the deployment "${id}" was lost from sight`);
    tell((await nomad.deployments.allocations(id)).value);
    live.foot([]);
    live.line(endOf(current, monitoring));
    return current;
  } finally {
    clearInterval(ticks);
    stop.abort();
    await following;
    live.close();
  }
}

function footOf(deployment: Deployment, started: number, { io }: Monitoring): string[] {
  const running = `${paintStatus(io.paint, deployment.Status)} for ${span(io.now() - started)}`;
  const rows = deployedTable(deployment, io).trimEnd().split('\n');
  return ['', `    ${deployment.StatusDescription} (${running})`, ...rows.map((row) => `    ${row}`)];
}

function endOf({ ID, Status, StatusDescription, TaskGroups }: Deployment, { io, verbose }: Monitoring): string {
  const groups = Object.entries(TaskGroups).map(
    ([name, state]) => `    Group "${name}": ${state.HealthyAllocs} of ${state.DesiredTotal} healthy`,
  );
  const head = `${mark(io)} Deployment "${shortId(ID, verbose)}" finished with status "${paintStatus(io.paint, Status)}": ${StatusDescription}`;
  return [...groups, head].join('\n');
}

function colored(line: string, { io }: Monitoring): string {
  if (/is healthy$|-> "running"/.test(line)) return io.paint.green(line);
  return /is unhealthy$|-> "(failed|lost)"/.test(line) ? io.paint.red(line) : line;
}
