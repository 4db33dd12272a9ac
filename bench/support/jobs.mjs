// Jobs of `raw_exec` tasks that all do the same.
import { json, until } from './shoal.mjs';

const SLEEPER = { command: '/bin/sleep', args: ['3600'] };
const LONG_MS = 120_000;

/** Registers `count` tasks and resolves with the seconds until all of them run. */
export async function runTasks(
  { nomad },
  id,
  count,
  { config = SLEEPER, logs = { MaxFiles: 1, MaxFileSizeMB: 1 } } = {},
) {
  const task = {
    Name: 't',
    Driver: 'raw_exec',
    Config: config,
    Resources: { CPU: 1, MemoryMB: 10 },
    LogConfig: logs,
  };
  const group = {
    Name: 'g',
    Count: count,
    EphemeralDisk: { SizeMB: logs.MaxFiles * logs.MaxFileSizeMB + 10 },
    Tasks: [task],
    Update: { MaxParallel: 0 },
  };
  const Job = { ID: id, Name: id, Type: 'service', Datacenters: ['dc1'], TaskGroups: [group] };
  const begun = performance.now();
  await json(`${nomad}/v1/jobs`, { method: 'PUT', body: JSON.stringify({ Job }) });
  await until(`all of ${id} run`, async () => (await summary(nomad, id)).Running === count, LONG_MS, 10);
  return (performance.now() - begun) / 1000;
}

/** Stops a job and resolves with the seconds until none of its tasks is left. */
export async function stopTasks({ nomad }, id, count) {
  const begun = performance.now();
  await json(`${nomad}/v1/job/${id}`, { method: 'DELETE' });
  await until(`all of ${id} are stopped`, async () => (await summary(nomad, id)).Complete === count, LONG_MS, 10);
  return (performance.now() - begun) / 1000;
}

export async function allocations({ nomad }, id) {
  return json(`${nomad}/v1/job/${id}/allocations`);
}

async function summary(nomad, id) {
  return (await json(`${nomad}/v1/job/${id}/summary`)).Summary.g;
}
