import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { NomadService } from '@shoal/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../cli/support/run-command.ts';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { askDns } from '../support/dns-client.ts';
import { until } from '../support/until.ts';

/** Services with `provider = "nomad"`: registered by real tasks, seen by Nomad's API, its command line and templates. In order. */

let agent: TestAgent;

beforeAll(async () => {
  agent = await prepareAgent();
  await agent.start();
});
afterAll(() => agent?.dispose());

const SERVER =
  "const h=require('http');let ok=true;h.createServer((q,s)=>{if(q.url==='/fail')ok=false;s.statusCode=q.url==='/health'&&!ok?500:200;s.end(process.env.NOMAD_ALLOC_ID)}).listen(process.env.NOMAD_PORT_http,'127.0.0.1')";

function webJob({ count = 2, name = 'web' } = {}): string {
  return `job "${name}" {
  datacenters = ["dc1"]
  group "front" {
    count = ${count}
    update {
      min_healthy_time  = "100ms"
      healthy_deadline  = "5s"
      progress_deadline = "6s"
    }
    network {
      port "http" {}
    }
    service {
      provider = "nomad"
      name     = "${name}"
      port     = "http"
      tags     = ["blue", "v1"]
      check {
        name     = "health"
        type     = "http"
        path     = "/health"
        interval = "1s"
        timeout  = "1s"
      }
      check {
        name      = "ready"
        type      = "tcp"
        interval  = "1s"
        timeout   = "1s"
        on_update = "ignore"
      }
      route {
        host = "${name}.example.com"
      }
    }
    task "server" {
      driver = "raw_exec"
      config {
        command = "${process.execPath}"
        args    = ["-e", "${SERVER}"]
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}`;
}

/** fetch keeps the Host header to itself. */
function edgeStatus(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(agent.edgeUrl, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });
}

const reading = (path: string) => fetch(`${agent.nomadUrl}${path}`);
const instances = async (name = 'web') => (await agent.nomad.services.read(name)).value;

async function registered(count: number, name = 'web'): Promise<NomadService[]> {
  return until(`${count} instances of ${name}`, async () => {
    const found = await instances(name);
    return found.length === count && found;
  });
}

async function deployed(job: string, status: string) {
  await until(`the deployment of ${job} is ${status}`, async () => {
    const { value } = await agent.nomad.jobs.latestDeployment(job);
    return value?.Status === status;
  });
}

describe('the services of a job', () => {
  test('are registered, and in the catalog, DNS and the edge as all others are', async () => {
    await agent.run(webJob());
    await deployed('web', 'successful');
    const found = await registered(2);
    const { value: allocs } = await agent.nomad.jobs.allocations('web');
    const [node] = (await agent.nomad.nodes.list()).value;
    expect(found.map(({ AllocID }) => AllocID).sort()).toEqual(allocs.map(({ ID }) => ID).sort());
    for (const one of found) {
      expect(one).toMatchObject({ ServiceName: 'web', Namespace: 'default', JobID: 'web', Address: '127.0.0.1' });
      expect(one).toMatchObject({ NodeID: node?.ID, Datacenter: 'dc1', Tags: expect.arrayContaining(['blue', 'v1']) });
      expect(one.ID).toBe(`_nomad-task-${one.AllocID}-group-front-web-http`);
      expect(await (await fetch(`http://${one.Address}:${one.Port}/`)).text()).toBe(one.AllocID);
    }
    expect((await agent.nomad.services.list()).value).toEqual([
      {
        Namespace: 'default',
        Services: [{ ServiceName: 'web', Tags: ['blue', 'shoal.route=web.example.com/', 'v1'] }],
      },
    ]);
    await until('DNS has both', async () => {
      const { answer } = await askDns(agent.ports.dns, { name: 'web.service.consul', type: 'SRV' });
      return answer.length === 2;
    });
    const health = await (await fetch(`${agent.consulUrl}/v1/health/service/web`)).text();
    expect(JSON.parse(health)).toHaveLength(2);
    expect(health).not.toContain('NomadAllocID');
    expect(await (await fetch(`${agent.consulUrl}/v1/catalog/service/web`)).text()).not.toContain('NomadAllocID');
    await until('the edge serves it', async () => (await edgeStatus('web.example.com')) === 200);
  });

  test('are found by allocation, job, filter, page and choice', async () => {
    const [one, other] = await registered(2);
    expect((await agent.nomad.allocations.services(one?.AllocID ?? '')).value).toEqual([one]);
    expect((await agent.nomad.jobs.services('web')).value).toHaveLength(2);
    expect((await agent.nomad.jobs.services('none')).value).toEqual([]);
    const filter = `AllocID == "${other?.AllocID}"`;
    expect((await agent.nomad.services.read('web', { filter })).value).toEqual([other]);
    const page = await agent.nomad.services.read('web', { perPage: 1 });
    expect(page.value).toHaveLength(1);
    expect((await agent.nomad.services.read('web', { nextToken: page.nextToken ?? '' })).value).toHaveLength(1);
    const choices = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(async (key) => {
      const [chosen, ...others] = (await agent.nomad.services.read('web', { choose: { count: 1, key } })).value;
      expect(others).toEqual([]);
      return chosen?.ID;
    });
    expect(new Set(await Promise.all(choices)).size).toBe(2);
    expect((await reading('/v1/service/web?choose=0|a')).status).toBe(400);
    expect((await reading('/v1/service/web?namespace=other')).status).toBe(200);
    expect(await (await reading('/v1/service/web?namespace=other')).json()).toEqual([]);
    expect(await (await reading('/v1/service/none')).json()).toEqual([]);
    expect(await (await reading('/v1/services?namespace=*')).json()).toHaveLength(1);
  });

  test('are in templates, the same ones for the same key', async () => {
    const list = '{{ range nomadServices }}{{ .Name }} {{ .Tags | join "," }};{{ end }}';
    const all = '{{ range nomadService "web" }}{{ .Address }}:{{ .Port }} {{ .JobID }} {{ .AllocID }};{{ end }}';
    const chosen = '{{ range nomadService 1 "a" "web" }}{{ .ID }}{{ end }}';
    await agent.run(`job "reader" {
  datacenters = ["dc1"]
  group "g" {
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/sleep"
        args    = ["600"]
      }
      template {
        data        = ${JSON.stringify(`${list}\n${all}\n${chosen}`)}
        destination = "local/out"
        change_mode = "noop"
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}`);
    const alloc = await until('it runs', async () =>
      (await agent.nomad.jobs.allocations('reader')).value.find(({ ClientStatus }) => ClientStatus === 'running'),
    );
    const file = join(agent.dataDir, 'alloc', alloc.ID, 't/local/out');
    const rendered = async () => (await readFile(file, 'utf8')).split('\n');
    const [services, lines, choice] = await rendered();
    expect(services).toBe('web blue,shoal.route=web.example.com/,v1;');
    const want = (await registered(2)).map((one) => `${one.Address}:${one.Port} web ${one.AllocID};`);
    expect(lines).toBe(want.join(''));
    const { value } = await agent.nomad.services.read('web', { choose: { count: 1, key: 'a' } });
    expect(choice).toBe(value[0]?.ID);
    const nomad = { env: { NOMAD_ADDR: agent.nomadUrl } };
    await runCommand('nomad', ['job', 'scale', '-detach', 'web', 'front', '1'], nomad);
    const [left] = await registered(1);
    await until(
      'the template follows',
      async () => (await rendered())[1] === `127.0.0.1:${left?.Port} web ${left?.AllocID};`,
    );
  });

  test('have checks that can be looked at', async () => {
    const [one] = await registered(1);
    const alloc = one?.AllocID ?? '';
    const checks = await until('both have run', async () => {
      const found = Object.values(await agent.nomad.allocations.checks(alloc));
      return found.length === 2 && found.every(({ Status }) => Status === 'success') && found;
    });
    expect(checks.find(({ Check }) => Check === 'health')).toMatchObject({
      ...{ Group: 'web.front[0]', Task: '', Service: 'web', Mode: 'healthiness', StatusCode: 200 },
      Timestamp: expect.any(Number),
    });
    expect(checks.find(({ Check }) => Check === 'ready')).toMatchObject({ Mode: 'readiness', StatusCode: 0 });
    await fetch(`http://${one?.Address}:${one?.Port}/fail`);
    await until('its failure is seen', async () => {
      const found = Object.values(await agent.nomad.allocations.checks(alloc));
      return found.some(
        ({ Check, Status, StatusCode }) => Check === 'health' && Status === 'failure' && StatusCode === 500,
      );
    });
    // Whoever lists instances gets all; DNS gives those that pass.
    expect(await instances()).toHaveLength(1);
    await until('DNS has none', async () => {
      const { answer } = await askDns(agent.ports.dns, { name: 'web.service.consul' });
      return answer.length === 0;
    });
  });

  test('decide about deployments by their checks', async () => {
    await agent.run(webJob({ name: 'ill', count: 1 }).replace(SERVER, SERVER.replace('let ok=true', 'let ok=false')));
    await deployed('ill', 'failed');
    await agent.nomad.jobs.deregister('ill', { purge: true });
    await registered(0, 'ill');
  });
});

describe('the command line', () => {
  const run = async (...words: string[]) => {
    const { code, out, err } = await runCommand('nomad', words, { env: { NOMAD_ADDR: agent.nomadUrl } });
    expect({ words, code, err }).toEqual({ words, code: 0, err: '' });
    return out;
  };

  test('lists, shows and deletes services', async () => {
    const [one] = await registered(1);
    expect(await run('service', 'list')).toMatch(
      /^Service Name +Tags\nweb +\[blue,shoal\.route=web\.example\.com\/,v1\]\n$/,
    );
    expect(await run('service', 'list', '-namespace', '*')).toMatch(/Service Name +Namespace +Tags\nweb +default +\[/);
    expect(await run('service', 'info', 'web')).toMatch(
      /^Job ID +Address +Tags +Node ID +Alloc ID\nweb +127\.0\.0\.1:\d+ +\[blue/,
    );
    expect(await run('service', 'info', '-verbose', 'web')).toContain(
      `ID           = ${one?.ID}\nService Name = web\n`,
    );
    expect(JSON.parse(await run('service', 'info', '-json', 'web'))).toEqual([one]);
    const none = await runCommand('nomad', ['service', 'info', 'none'], { env: { NOMAD_ADDR: agent.nomadUrl } });
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('no service "none"') });

    const id = one?.ID ?? '';
    expect(await run('service', 'delete', 'web', id)).toBe('Successfully deleted service registration\n');
    expect(await instances()).toEqual([]);
    const again = await runCommand('nomad', ['service', 'delete', 'web', id], { env: { NOMAD_ADDR: agent.nomadUrl } });
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('not found') });
    await agent.nomad.allocations.restart(one?.AllocID ?? '');
    await registered(1);
  });

  test('shows checks', async () => {
    const [one] = await registered(1);
    const short = (one?.AllocID ?? '').slice(0, 8);
    await until('they pass', async () =>
      Object.values(await agent.nomad.allocations.checks(one?.AllocID ?? '')).every(
        ({ Status }) => Status === 'success',
      ),
    );
    const out = await run('alloc', 'checks', short);
    expect(out).toMatch(/^Status of 2 Nomad Service Checks\n\nID +=/);
    expect(out).toMatch(
      /Name +=.health\nGroup +=.web\.front\[0\]\nTask +=.\(group\)\nService +=.web\nStatus +=.success\nStatusCode = 200\n/,
    );
    expect(await run('alloc', 'status', short)).toMatch(
      /Nomad Service Checks\nService +Task +Name +Mode +Status\nweb +\(group\) +health +healthiness +success\nweb +\(group\) +ready +readiness +success\n/,
    );
  });
});

describe('registrations', () => {
  test('can be waited for, and outlive the agent', async () => {
    const [before] = await registered(1);
    await agent.end('SIGKILL');
    await agent.start();
    expect(await registered(1)).toMatchObject([{ ID: before?.ID, Port: before?.Port }]);
    const { index } = await agent.nomad.services.read('web');
    const waiting = agent.nomad.services.read('web', { index, waitMs: 30_000 });
    await agent.nomad.jobs.deregister('web');
    expect((await waiting).index).toBeGreaterThan(index);
  });

  test('are gone with their job', async () => {
    await registered(0);
    expect((await agent.nomad.services.list()).value).toEqual([]);
  });
});
