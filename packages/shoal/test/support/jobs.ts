import type { Allocation, AllocStub, TaskState } from '@shoal/api';
import type { TestAgent } from './agent.ts';
import { until } from './until.ts';

/** What end-to-end tests ask of the jobs of an agent. */

/** A job file with one task, of raw_exec unless another driver is named, which ends for good when it fails. `more` goes into the group, `task` into the task. */
export function jobFile(
  name: string,
  command: readonly string[],
  options: { type?: string; driver?: string; more?: string; task?: string } = {},
): string {
  const { type = 'service', driver = 'raw_exec', more = '', task = '' } = options;
  const [program = '', ...args] = command;
  return `
job "${name}" {
  datacenters = ["dc1"]
  type        = "${type}"
  group "g" {
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }
    ${more}
    task "t" {
      driver = "${driver}"
      config {
        command = ${JSON.stringify(program)}
        args    = ${JSON.stringify(args).replaceAll('${', '$${')}
      }
      ${task}
    }
  }
}`;
}

/** The job's newest allocation that fits. */
export function allocOf(
  agent: TestAgent,
  job: string,
  fits: (alloc: AllocStub) => boolean,
  timeoutMs?: number,
): Promise<AllocStub> {
  return until(
    `an allocation of ${job}`,
    async () => (await agent.nomad.jobs.allocations(job)).value.filter(fits).at(-1),
    timeoutMs,
  );
}

export async function readAlloc(agent: TestAgent, id: string): Promise<Allocation> {
  const { value } = await agent.nomad.allocations.read(id);
  if (!value) throw new Error(`no allocation ${id}`);
  return value;
}

/** The state of its only task. */
export function taskState({ ID, TaskStates }: Pick<Allocation, 'ID' | 'TaskStates'>): TaskState {
  const [state] = Object.values(TaskStates ?? {});
  if (!state) throw new Error(`allocation ${ID} has no task state`);
  return state;
}

/** The events of its only task: type and what is shown of it. */
export function eventsOf(alloc: Pick<Allocation, 'ID' | 'TaskStates'>): string[] {
  return (taskState(alloc).Events ?? []).map(({ Type, DisplayMessage }) => `${Type}: ${DisplayMessage}`);
}

/** All that the only task wrote. */
export async function readLogs(agent: TestAgent, id: string, type: 'stdout' | 'stderr' = 'stdout'): Promise<string> {
  const [task = ''] = Object.keys((await readAlloc(agent, id)).TaskStates ?? {});
  const frames = await agent.nomad.files.logs(id, { task, type, origin: 'start', offset: 0, follow: false });
  const parts: Uint8Array[] = [];
  for await (const { data } of frames) parts.push(data);
  return Buffer.concat(parts).toString();
}
