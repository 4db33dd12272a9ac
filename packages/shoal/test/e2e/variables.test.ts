import { readdirSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { until } from '../support/until.ts';

/** Variables of Nomad's in the templates of real tasks, and over the death of their server. */

let agent: TestAgent;

beforeAll(async () => {
  agent = await prepareAgent();
  await agent.start();
});
afterAll(() => agent?.dispose());

function jobFile(id: string, template: string, changeMode = 'noop'): string {
  return `job "${id}" {
  datacenters = ["dc1"]
  group "g" {
    restart { attempts = 0 }
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/sleep"
        args    = ["600"]
      }
      template {
        data        = <<-EOT
          ${template}
        EOT
        destination = "local/out"
        change_mode = "${changeMode}"
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}`;
}

const put = (Path: string, Items: Record<string, string>) => agent.nomad.variables.put({ Path, Items });

async function allocOf(job: string, status: string) {
  return until(`${job} is ${status}`, async () => {
    const { value } = await agent.nomad.jobs.allocations(job);
    return value.find(({ ClientStatus }) => ClientStatus === status);
  });
}

/** What the template made, once it is as wanted. */
async function rendered(job: string, want: string): Promise<void> {
  const { ID } = await allocOf(job, 'running');
  const file = join(agent.dataDir, 'alloc', ID, 't/local/out');
  await until(`${job} has rendered ${want}`, async () => (await readFile(file, 'utf8')).trim() === want);
}

test('a task waits for its variable, has it, and follows its changes', async () => {
  await agent.run(
    jobFile('web', '{{ with nomadVar "nomad/jobs/web/g/t" }}{{ .user }}:{{ .password }}{{ end }}', 'restart'),
  );
  const { ID } = await allocOf('web', 'pending');
  const states = async () => (await agent.nomad.allocations.read(ID)).value?.TaskStates?.['t'];
  await until('its user is told', async () =>
    (await states())?.Events.some(({ DisplayMessage }) =>
      /nomad\.var\.block\(nomad\/jobs\/web\/g\/t\)/.test(DisplayMessage),
    ),
  );
  await put('nomad/jobs/web/g/t', { user: 'me', password: 'first-secret' });
  await rendered('web', 'me:first-secret');
  await put('nomad/jobs/web/g/t', { user: 'me', password: 'second-secret' });
  await rendered('web', 'me:second-secret');
  await until('it is started again', async () => (await states())?.Restarts === 1);
});

test("a task reads what is its own, its group's, its job's and every job's", async () => {
  const paths = ['nomad/jobs', 'nomad/jobs/own', 'nomad/jobs/own/g', 'nomad/jobs/own/g/t'];
  for (const [at, path] of paths.entries()) await put(path, { n: String(at) });
  await put('nomad/jobs/own/g/other', { n: 'of another task' });
  const values = paths.map((path) => `{{ with nomadVar "${path}" }}{{ .n }}{{ end }}`).join('');
  const list = '{{ range nomadVarList "nomad/jobs" }} {{ .Path }}{{ end }}';
  const exists = '{{ nomadVarExists "nomad/jobs/own" }} {{ nomadVarExists "nomad/jobs/own/g/t@default" }}';
  await agent.run(jobFile('own', `${values}${list} ${exists}`));
  await rendered('own', `0123 ${paths.join(' ')} true true`);
});

test('a task that asks for more fails, and is told what it may read', async () => {
  for (const [job, path] of [
    ['foreign', 'app/db'],
    ['neighbour', 'nomad/jobs/web/g/t'],
    ['elsewhere', 'nomad/jobs@other'],
  ] as const) {
    await agent.run(jobFile(job, `{{ with nomadVar "${path}" }}{{ .k }}{{ end }}`));
    const { ID } = await allocOf(job, 'failed');
    const events = (await agent.nomad.allocations.read(ID)).value?.TaskStates?.['t']?.Events ?? [];
    const said = events.map(({ DisplayMessage }) => DisplayMessage).join('\n');
    expect(said).toContain('may not read the variable');
    expect(said).toContain(`"nomad/jobs/${job}/g/t" of its own namespace "default"`);
    await agent.nomad.jobs.deregister(job, { purge: true });
  }
});

test('a template that fails does not tell the value that it failed at', async () => {
  await put('nomad/jobs/told', { pin: 'never-to-be-told' });
  await agent.run(jobFile('told', '{{ with nomadVar "nomad/jobs/told" }}{{ .pin.Value | parseInt }}{{ end }}'));
  const { ID } = await allocOf('told', 'failed');
  const events = JSON.stringify((await agent.nomad.allocations.read(ID)).value?.TaskStates?.['t']?.Events);
  expect(events).toContain('[redacted]');
  await agent.nomad.jobs.deregister('told', { purge: true });
});

test('kill -9 of the server loses no variable, and its folder holds no plain text', async () => {
  await put('app/db', { password: 'a-secret-at-rest' });
  await agent.end('SIGKILL');
  const keyring = join(agent.dataDir, 'server/keyring.json');
  expect(statSync(keyring).mode & 0o777).toBe(0o600);
  const server = join(agent.dataDir, 'server');
  const files = readdirSync(server, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const held = files.map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1')).join('');
  expect(held).toContain('app/db');
  for (const secret of ['never-to-be-told', 'a-secret-at-rest', 'first-secret', 'second-secret'])
    expect(held).not.toContain(secret);
  await agent.start();
  const { value } = await agent.nomad.variables.read('app/db');
  expect(value?.Items).toEqual({ password: 'a-secret-at-rest' });
  await put('nomad/jobs/web/g/t', { user: 'me', password: 'third-secret' });
  await rendered('web', 'me:third-secret');
});
