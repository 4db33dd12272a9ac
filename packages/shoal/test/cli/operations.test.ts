import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { until } from '../support/until.ts';
import { runCommand } from './support/run-command.ts';

/** What operators do to deployments, nodes and the cluster, with a real agent. */

let agent: TestAgent;

beforeAll(async () => {
  agent = await prepareAgent({ dev: true });
  await agent.start();
});
afterAll(() => agent?.dispose());

const run = (...words: string[]) => runCommand('nomad', words, { env: { NOMAD_ADDR: agent.nomadUrl } });

async function output(...words: string[]): Promise<string> {
  const { code, out, err } = await run(...words);
  expect({ words, code, err }).toEqual({ words, code: 0, err: '' });
  return out;
}

/** `version` makes one differ from another. */
function jobFile(name: string, { version = 1, update = '' } = {}): string {
  return `job "${name}" {
  datacenters = ["dc1"]
  group "front" {
    count = 1
    update {
      min_healthy_time = "50ms"
      ${update}
    }
    scaling {
      min = 1
      max = 3
      policy {
        cooldown = "1m"
      }
    }
    task "server" {
      driver = "raw_exec"
      config {
        command = "/bin/sleep"
        args    = ["60${version}"]
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}`;
}

async function deployed(name: string, wanted: string): Promise<string> {
  return until(`the deployment of ${name} is ${wanted}`, async () => {
    const { value } = await agent.nomad.jobs.latestDeployment(name);
    return value?.Status === wanted && value.ID;
  });
}

/** A deployment of version 1 that has placed its canary. */
async function withCanary(name: string, more = ''): Promise<string> {
  const update = `canary = 1\n${more}`;
  await agent.run(jobFile(name, { update }));
  const first = await deployed(name, 'successful');
  await agent.run(jobFile(name, { version: 2, update }));
  return until('the canary is healthy', async () => {
    const { value } = await agent.nomad.jobs.latestDeployment(name);
    return value?.ID !== first && value?.TaskGroups['front']?.HealthyAllocs === 1 && value.ID;
  });
}

describe('a deployment', { timeout: 60_000 }, () => {
  test('is listed, held, resumed and promoted', async () => {
    const id = await withCanary('canary');
    expect(await output('deployment', 'list')).toMatch(
      new RegExp(`\n${id.slice(0, 8)}  canary  1            running `),
    );
    expect(await output('deployment', 'status')).toBe(await output('deployment', 'list'));
    expect(await output('deployment', 'status', id.slice(0, 8))).toMatch(
      /\nTask Group +Promoted +Desired +Canaries +Placed +Healthy +Unhealthy +Progress Deadline\nfront +false +1 +1 +1 +1 +0 /,
    );
    expect(await output('deployment', 'pause', id.slice(0, 8))).toBe(`Deployment "${id}" paused\n`);
    expect(await output('deployment', 'status', id)).toMatch(/\nStatus +=? ?= paused\n/);
    expect(await output('deployment', 'resume', '-detach', id)).toMatch(
      new RegExp(`^Deployment "${id}" resumed\nEvaluation ID: [0-9a-f-]{36}\n$`),
    );
    const following = run('deployment', 'status', '-monitor', id);
    const promoted = await output('deployment', 'promote', '-group', 'front', id);
    expect(promoted).toContain(`Deployment "${id}" promoted\n==> Monitoring evaluation "`);
    expect(promoted).toMatch(/==> Evaluation "[0-9a-f]{8}" finished with status "complete"\n$/);
    const { code, out } = await following;
    expect(code).toBe(0);
    expect(out).toMatch(/^==> Monitoring deployment "[0-9a-f]{8}"\n/);
    expect(out).toContain('    Group "front": 1 of 1 healthy\n');
    expect(out).toMatch(/finished with status "successful": Deployment completed successfully\n$/);
    expect(out).not.toContain('\u001b');
  });

  test('is promoted by the name of its job', async () => {
    const id = await withCanary('named');
    expect(await run('job', 'promote', '-group', 'back', 'named')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('has no group "back", but: front'),
    });
    expect(await output('job', 'promote', 'named')).toContain(`Deployment "${id}" promoted\n`);
    expect(await deployed('named', 'successful')).toBe(id);
    expect((await output('job', 'deployments', 'named')).split('\n')).toHaveLength(4);
  });

  test('is failed, and reverts; its monitor ends with 1', async () => {
    const id = await withCanary('failing', 'auto_revert = true');
    const following = run('deployment', 'status', '-monitor', id);
    expect(await output('deployment', 'fail', '-detach', id)).toContain(
      `Deployment "${id}" failed. Auto-reverted to job version 0.\n`,
    );
    const { code, out } = await following;
    expect(code).toBe(1);
    expect(out).toMatch(/finished with status "failed": Deployment marked as failed - rolling back to job version 0\n/);
    expect(out.match(/==> Monitoring deployment/g)).toHaveLength(2);
    expect(out).toMatch(/finished with status "successful": .*\n$/);
  });

  test('that is over cannot be held', async () => {
    const [first] = (await agent.nomad.jobs.deployments('failing')).value.filter(({ Status }) => Status === 'failed');
    const { code, err } = await run('deployment', 'pause', first?.ID ?? '');
    expect(code).toBe(1);
    expect(err).toMatch(/^Error: .*terminal.* \(HTTP 500\)\n$/);
  });
});

describe('scaling', { timeout: 60_000 }, () => {
  test('tells only of what is new', async () => {
    await agent.run(jobFile('wide'));
    await deployed('wide', 'successful');
    const out = await output('job', 'scale', 'wide', '2');
    expect(out.match(/status changed: "pending" -> "running"/g)).toHaveLength(1);
    expect(out.match(/Allocation "[0-9a-f]{8}" created: /g)).toHaveLength(1);
    expect(out).toMatch(/finished with status "successful"/);
    expect(await output('job', 'status', 'wide')).toMatch(/\nfront +0 +0 +2 +0 +0 +0 +0\n/);
  });

  test.each([
    { name: 'beyond the most', words: ['wide', 'front', '9'], err: 'greater than' },
    { name: 'an unknown group', words: ['wide', 'back', '1'], err: 'back' },
    { name: 'no number', words: ['wide', 'front', 'many'], err: '"many" is not a count' },
  ])('$name is refused', async ({ words, err }) => {
    expect(await run('job', 'scale', ...words)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(err) });
  });

  test('policies are listed and shown', async () => {
    const list = await output('scaling', 'policy', 'list', '-job', 'wide');
    const [, id] = /\n([0-9a-f]{8}) +true +horizontal +Namespace:default,Job:wide,Group:front\n$/.exec(list) ?? [];
    expect(await output('scaling', 'policy', 'info', id ?? '')).toMatch(
      /^ID +=? ?= [0-9a-f]{8}\nEnabled = true\nTarget +=? ?= .*\nMin +=? ?= 1\nMax +=? ?= 3\n\nPolicy:\n\{\n {4}"cooldown": "1m"\n\}\n$/,
    );
  });
});

describe('the cluster', () => {
  test('has namespaces', async () => {
    expect(await output('namespace', 'list')).toBe('Name     Description\ndefault  Default shared namespace\n');
    expect(await output('namespace', 'apply', '-description', 'for builds', 'ci')).toBe(
      'Successfully applied namespace "ci"!\n',
    );
    expect(await output('namespace', 'apply', 'ci')).toContain('ci');
    expect(await output('namespace', 'status', 'c')).toBe(
      'Name        = ci\nDescription = for builds\nQuota       = <none>\n',
    );
    expect(await output('namespace', 'delete', 'ci')).toBe('Successfully deleted namespace "ci"!\n');
    expect(await run('namespace', 'status', 'ci')).toMatchObject({
      code: 1,
      err: 'Error: No namespace(s) with prefix or id "ci" found\n',
    });
  });

  test('has settings for the scheduler', async () => {
    expect(await output('operator', 'scheduler', 'get-config')).toMatch(/^Scheduler Algorithm +=? ?= binpack\n/);
    const set = ['operator', 'scheduler', 'set-config', '-scheduler-algorithm', 'spread'];
    expect(await output(...set, '-preempt-system-scheduler')).toBe('Scheduler configuration updated!\n');
    expect(await output('operator', 'scheduler', 'set-config', '-scheduler-algorithm=binpack')).toContain('updated');
    const now = await output('operator', 'scheduler', 'get-config');
    expect(now).toMatch(/Scheduler Algorithm +=? ?= binpack\n[\s\S]*Preemption System Scheduler +=? ?= true\n/);
    expect(await run(...set, '-check-index', '1')).toMatchObject({
      code: 1,
      err: 'Error: Configuration could not be atomically updated, please try again\n',
    });
  });

  test('has a leader', async () => {
    expect(await output('operator', 'raft', 'list-peers')).toMatch(
      /^Node +ID +Address +State +Voter +RaftProtocol\n\S+ +127\.0\.0\.1:\d+ +127\.0\.0\.1:\d+ +leader +true +2\n$/,
    );
    expect(await output('operator', 'autopilot', 'get-config')).toMatch(/^CleanupDeadServers = true\n/);
  });

  test('forgets what is over', async () => {
    await agent.nomad.jobs.deregister('named');
    await until('it has ended', async () => {
      const { value } = await agent.nomad.jobs.allocations('named');
      return value.every(({ ClientStatus }) => ClientStatus === 'complete');
    });
    expect(await output('system', 'gc')).toBe('');
    await until('it is gone', async () => (await agent.nomad.jobs.read('named')).value === undefined);
    expect(await output('system', 'reconcile', 'summaries')).toBe('');
  });
});

describe('a node', { timeout: 60_000 }, () => {
  const WRONG = [
    { words: ['-self'], err: 'give one of -enable, -disable and -monitor' },
    { words: ['-enable', '-disable', '-self'], err: 'give one of -enable, -disable and -monitor' },
    { words: ['-enable', '-force', '-deadline', '1m', '-self'], err: '-deadline and -force contradict each other' },
    { words: ['-disable', '-force', '-self'], err: '-force goes with -enable' },
    { words: ['-enable', '-keep-ineligible', '-self'], err: '-keep-ineligible goes with -disable' },
    { words: ['-enable', '-deadline', '2d', '-self'], err: 'there are no days in durations' },
    { words: ['-enable', '-deadline', '0s', '-self'], err: '-no-deadline' },
    { words: ['-enable'], err: 'name a node, or give -self' },
    { words: ['-enable', '-self', 'other'], err: 'leave "other" out' },
  ];
  test.each(WRONG)('is not drained by $words', async ({ words, err }) => {
    expect(await run('node', 'drain', ...words)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(err) });
  });

  test('is drained by the deadline, and followed until all has stopped', async () => {
    const [node] = (await agent.nomad.nodes.list()).value;
    const id = node?.ID ?? '';
    expect(await run('node', 'drain', '-enable', id.slice(0, 8))).toMatchObject({
      code: 1,
      err: expect.stringContaining('write the whole id, or -yes'),
    });
    const out = await output('node', 'drain', '-enable', '-yes', '-deadline', '1s', id.slice(0, 8));
    const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';
    expect(out).toMatch(new RegExp(`^Node "${id}" drain strategy set\n${time}: Alloc "[0-9a-f-]{36}" `));
    expect(out.match(/Alloc ".*" status running -> complete\n/g)).toHaveLength(4);
    expect(out).toContain(`: Drain complete for node ${id}\n`);
    expect(out).toMatch(new RegExp(`: All allocations on node "${id}" have stopped\n$`));
    expect(await output('node', 'status')).toMatch(/ false +ineligible +ready\n/);
  });

  test('gets work again when its drain is given up, unless it is kept from it', async () => {
    const [node] = (await agent.nomad.nodes.list()).value;
    const unset = `Node "${node?.ID}" drain strategy unset\n`;
    expect(await output('node', 'drain', '-enable', '-no-deadline', '-detach', '-self')).toBe(
      `Node "${node?.ID}" drain strategy set\n`,
    );
    expect(await output('node', 'drain', '-disable', '-keep-ineligible', '-self')).toBe(unset);
    expect(await output('node', 'status')).toMatch(/ false +ineligible +ready\n/);
    expect(await output('node', 'drain', '-disable', node?.Name ?? '')).toBe(unset);
    expect(await output('node', 'status')).toMatch(/ false +eligible +ready\n/);
    expect(await output('node', 'drain', '-monitor', '-self')).toContain(`Drain of node ${node?.ID} was given up\n`);
  });
});

describe('lists', () => {
  test('as JSON, by a template, by a filter, in pages', async () => {
    const node = (await agent.nomad.nodes.list()).value[0]?.ID ?? '';
    expect(JSON.parse(await output('node', 'status', '-json'))).toMatchObject([{ ID: node }]);
    expect(await output('node', 'status', '-t', '{{ range . }}{{ .ID }} {{ .Status }}{{ end }}')).toBe(
      `${node} ready\n`,
    );
    expect(await output('node', 'status', '-t', '{{ .Drivers.raw_exec.Healthy }}', node)).toBe('true\n');
    expect(await output('node', 'status', '-quiet')).toBe(`${node}\n`);
    expect(await output('node', 'status', '-filter', 'Status == "down"')).toBe('No nodes registered\n');
    await agent.run(jobFile('paged'));
    await agent.run(jobFile('paged', { version: 2 }));
    const first = await run('eval', 'list', '-per-page', '1', '-t', '{{ len . }}');
    expect([first.code, first.out]).toEqual([0, '1\n']);
    const [, token = ''] = /-page-token=(\S+)/.exec(first.err) ?? [];
    const second = await run('eval', 'list', '-per-page', '1', '-page-token', token, '-json');
    expect(JSON.parse(second.out)).toHaveLength(1);
  });

  test.each([
    [['node', 'status', '-json', '-t', '{{ .ID }}'], /-json and -t contradict/],
    [['node', 'status', '-t', '{{ .ID'], /-t: .*unclosed action/],
    [['alloc', 'signal', '-s', 'SIGHUB', 'x'], /there is no signal "SIGHUB".*SIGHUP/],
    [['node', 'status', '-filter', 'Nope == 1'], /Selector "Nope" is not valid/],
  ])('%j is told what is wrong', async (words, complaint) => {
    const { code, err } = await run(...words);
    expect([code, err]).toEqual([1, expect.stringMatching(complaint)]);
  });
});

describe('a job', { timeout: 60_000 }, () => {
  test('is restarted where it is, a few allocations at a time', async () => {
    await agent.run(jobFile('again').replace('count = 1', 'count = 3'));
    await until('they run', async () => (await runningOf('again')).length === 3);
    const before = (await runningOf('again')).map(({ ID }) => ID).sort();
    const text = await output('job', 'restart', '-batch-size', '50%', '-batch-wait', '1ms', 'again');
    // A half of three is two: a part is rounded up.
    expect(text.match(/==> Batch \d of 2: [12] of 3 allocations/g)).toHaveLength(2);
    expect(text).toContain('==> 3 restarted');
    const after = await runningOf('again');
    expect(after.map(({ ID }) => ID).sort()).toEqual(before);
    expect(after.map(({ TaskStates }) => TaskStates?.['server']?.Restarts)).toEqual([1, 1, 1]);
    expect(await output('job', 'allocs', '-t', '{{ len . }}', 'again')).toBe('3\n');
  });

  test('is placed anew with -reschedule', async () => {
    await agent.run(jobFile('moved'));
    const before = await until('it runs', async () => (await runningOf('moved'))[0]?.ID);
    expect(await output('job', 'restart', '-reschedule', 'moved')).toMatch(/Allocation "\w+" runs in place of "\w+"/);
    const after = await runningOf('moved');
    expect(after).toHaveLength(1);
    expect(after[0]?.ID).not.toBe(before);
  });

  test.each([
    [['-task', 'nope', 'moved'], /has a task "nope", but: server/],
    [['-batch-size', 'many', 'moved'], /-batch-size is a count or a part/],
    [['-batch-wait', 'soon', 'moved'], /-batch-wait/],
    [['-reschedule', '-task', 'server', 'moved'], /contradict each other/],
    [['mov'], /Cancelled: nothing was restarted/],
  ])('restart %j is refused', async (words, complaint) => {
    const { code, err } = await run('job', 'restart', ...words);
    expect([code, err]).toEqual([1, expect.stringMatching(complaint)]);
  });

  test('has a list of what changed its counts', async () => {
    await output('job', 'scale', '-detach', 'again', 'front', '2');
    expect(await output('job', 'scaling-events', 'again')).toMatch(/front +3 -> 2 +false +scaled on the command line/);
    expect(await output('job', 'scaling-events', 'moved')).toBe('No events found\n');
  });

  async function runningOf(job: string) {
    const { value } = await agent.nomad.jobs.allocations(job);
    return value.filter(({ ClientStatus, DesiredStatus }) => ClientStatus === 'running' && DesiredStatus === 'run');
  }
});

describe('an agent', () => {
  test('tells its figures', async () => {
    expect(await output('agent-info')).toMatch(/^\w+:\n\t\w+ = /);
    expect(JSON.parse(await output('operator', 'metrics', '-pretty'))).toHaveProperty('Gauges');
    expect(await output('operator', 'metrics', '-format', 'prometheus')).toMatch(/^# (HELP|TYPE) /);
  });

  test('is asked by paths of its API', async () => {
    expect(JSON.parse(await output('operator', 'api', 'status/leader'))).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(JSON.parse(await output('operator', 'api', '/v1/jobs?per_page=1'))).toHaveLength(1);
    await output('operator', 'api', '-d', '{"Name":"posted","Description":"by hand"}', 'namespace/posted');
    expect(await output('namespace', 'inspect', '-t', '{{ .Description }}', 'posted')).toBe('by hand\n');
    const { code, err } = await run('operator', 'api', '-X', 'delete', 'namespace/default');
    expect([code, err]).toEqual([1, expect.stringContaining('can not delete default namespace')]);
  });
});
