import type { Evaluation } from '@shoal/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../../support/agent.ts';
import { allocOf, jobFile } from '../../support/jobs.ts';
import { until } from '../../support/until.ts';

/** How lists are asked for, and what later versions of Nomad added to registering, dispatching and stopping. */

let agent: TestAgent;

const NAMES = ['alpha', 'beta', 'gamma'];
const PARENT = `
job "report" {
  datacenters = ["dc1"]
  type = "batch"
  parameterized {
    meta_optional = ["who"]
  }
  group "g" {
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/true"
      }
    }
  }
}`;

beforeAll(async () => {
  agent = await prepareAgent({ dev: true });
  await agent.start();
  for (const name of NAMES)
    await agent.run(jobFile(name, ['/bin/true'], { type: 'batch', more: `meta { team = "${name[0]}" }` }));
  await agent.run(PARENT);
  for (const name of NAMES) await allocOf(agent, name, ({ ClientStatus }) => ClientStatus === 'complete');
});
afterAll(() => agent?.dispose());

async function get(path: string): Promise<{ status: number; text: string; next: string | null }> {
  const answer = await fetch(`${agent.nomadUrl}${path}`);
  return { status: answer.status, text: await answer.text(), next: answer.headers.get('x-nomad-nexttoken') };
}

/** Ids of all pages, in their order. */
async function allPages(path: string, perPage: number): Promise<string[][]> {
  const pages: string[][] = [];
  for (let token: string | null = ''; token !== null; ) {
    const { status, text, next } = await get(
      `${path}${path.includes('?') ? '&' : '?'}per_page=${perPage}&next_token=${encodeURIComponent(token)}`,
    );
    expect(status).toBe(200);
    pages.push((JSON.parse(text) as { ID: string }[]).map(({ ID }) => ID));
    token = next;
  }
  return pages;
}

const idsOf = async (path: string) => (JSON.parse((await get(path)).text) as { ID: string }[]).map(({ ID }) => ID);

describe('pages', () => {
  test.each(['/v1/evaluations', '/v1/allocations', '/v1/jobs', '/v1/nodes', '/v1/evaluations?reverse=true'])(
    '%s: all together are the list',
    async (path) => {
      const whole = await idsOf(path);
      expect((await allPages(path, 2)).flat()).toEqual(whole);
      expect(await allPages(path, 1)).toEqual(whole.map((id) => [id]));
    },
  );

  test('evaluations and allocations come oldest first; reverse turns it round', async () => {
    const { text } = await get('/v1/evaluations');
    const indexes = (JSON.parse(text) as Evaluation[]).map(({ CreateIndex }) => CreateIndex);
    expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
    const allocations = await idsOf('/v1/allocations');
    expect(await idsOf('/v1/allocations?reverse=true')).toEqual(allocations.toReversed());
  });

  test.each([
    ['/v1/jobs?per_page=x', /per_page/],
    ['/v1/jobs?next_token=nonsense', /next_token "nonsense"/],
    ['/v1/evaluations?filter=%3D%3D', /failed to read filter expression/],
    ['/v1/allocations?filter=Nope+%3D%3D+x', /Selector "Nope" is not valid/],
  ])('%s is refused', async (path, words) => {
    const { status, text } = await get(path);
    expect([status, text]).toEqual([400, expect.stringMatching(words)]);
  });
});

describe('filters', () => {
  test.each([
    ['/v1/jobs', 'Type == "batch" and ID != "report"', NAMES],
    ['/v1/jobs', '"who" in ParameterizedJob.MetaOptional', ['report']],
    ['/v1/jobs', 'TaskGroups.Meta.team == "b"', ['beta']],
    ['/v1/jobs', 'Status == "dead"', NAMES],
    ['/v1/jobs', 'Name matches "^(al|ga)"', ['alpha', 'gamma']],
  ])('%s %s', async (path, filter, want) => {
    expect(await idsOf(`${path}?filter=${encodeURIComponent(filter)}`)).toEqual(want);
  });

  test('of allocations, evaluations and nodes', async () => {
    const filtered = async (list: string, filter: string) =>
      (await idsOf(`/v1/${list}?filter=${encodeURIComponent(filter)}`)).length;
    expect(await filtered('allocations', 'ClientStatus == "complete" and TaskStates.t.Failed == "false"')).toBe(3);
    expect(await filtered('allocations', 'JobID contains "alph"')).toBe(1);
    expect(await filtered('evaluations', 'TriggeredBy == "job-register"')).toBe(3);
    expect(await filtered('nodes', 'Attributes["kernel.name"] == "linux" and Status == "ready"')).toBe(1);
    expect(await filtered('nodes', 'Drivers.raw_exec.Healthy == "true"')).toBe(1);
  });
});

describe('evaluations', () => {
  const priorityOf = async (id: string) => (await agent.nomad.evaluations.read(id)).value?.Priority;

  test('have the priority that registering and stopping asks for', async () => {
    const { value: job } = await agent.nomad.jobs.read('alpha');
    const registered = await agent.nomad.jobs.register({ ...job }, { evalPriority: 77 });
    expect(await priorityOf(registered.EvalID)).toBe(77);
    const stopped = await agent.nomad.jobs.deregister('alpha', { evalPriority: 78 });
    expect(await priorityOf(stopped.EvalID)).toBe(78);
    await expect(agent.nomad.jobs.register({ ...job }, { evalPriority: 101 })).rejects.toThrow(/between 1 and 100/);
  });
});

test.each(['volumes', 'plugins'])(
  '%s: an empty list of the one type there could be, nothing of others',
  async (what) => {
    expect((await get(`/v1/${what}`)).text).toBe('[]');
    expect((await get(`/v1/${what}?type=csi`)).text).toBe('[]');
    expect(await get(`/v1/${what}?type=host`)).toMatchObject({ status: 200, text: '' });
  },
);

describe('a dispatch', () => {
  test('with the token of another is that one; a prefix is in the id', async () => {
    const first = await agent.nomad.jobs.dispatch('report', { idempotencyToken: 'once', idPrefix: 'night' });
    expect(first.DispatchedJobID).toMatch(/^report\/dispatch-night-\d+-[0-9a-f]{8}$/);
    const again = await agent.nomad.jobs.dispatch('report', { idempotencyToken: 'once' });
    expect([again.DispatchedJobID, again.EvalID]).toEqual([first.DispatchedJobID, '']);
    const other = await agent.nomad.jobs.dispatch('report', { idempotencyToken: 'twice' });
    expect(other.DispatchedJobID).not.toBe(first.DispatchedJobID);
  });
});

describe('shutdown_delay', () => {
  test.each([
    ['a job', async (job: string, _alloc: string) => agent.nomad.jobs.deregister(job, { noShutdownDelay: true })],
    [
      'an allocation',
      async (_job: string, alloc: string) => agent.nomad.allocations.stop(alloc, { noShutdownDelay: true }),
    ],
  ])('is not waited for when %s is to stop without it', async (what, stop) => {
    const job = `slow-${what.length}`;
    await agent.run(jobFile(job, ['/bin/sleep', '1000'], { more: 'shutdown_delay = "10m"' }));
    const { ID } = await allocOf(agent, job, ({ ClientStatus }) => ClientStatus === 'running');
    await stop(job, ID);
    await until('it ends', async () => (await agent.nomad.allocations.read(ID)).value?.ClientStatus === 'complete');
    await agent.nomad.jobs.deregister(job, { noShutdownDelay: true });
  });
});
