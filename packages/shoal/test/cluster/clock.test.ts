import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { type SettableClock, settableClock } from '../support/settable-clock.ts';
import { until } from '../support/until.ts';
import { addressesOf, clientOf, echoJob, nodesReady, PATIENT_SERVER, runningAllocs } from './cluster-config.ts';

/** Clocks that are set while agents run: a server's, a client's. Whatever has a term keeps it. In order: each step goes on from the one before. */

let hosts: Hosts;
let server: HostAgent;
let alpha: HostAgent;
let clocks: { server: SettableClock; alpha: SettableClock };
let session: string;

const HOUR = 3_600;
const NAME = 'echo.service.consul';

beforeAll(async () => {
  hosts = await makeHosts(['server', 'alpha']);
  const clockOf = async (host: string) => settableClock(await hosts.folderOf(host));
  clocks = { server: await clockOf('server'), alpha: await clockOf('alpha') };
  server = await hosts.agent('server', PATIENT_SERVER);
  await server.start(clocks.server.env);
  const token = (await server.command('server', 'token')).printed.trim();
  alpha = await hosts.agent('alpha', clientOf(server.address));
  await alpha.start({ ...clocks.alpha.env, SHOAL_JOIN_TOKEN: token });
  await nodesReady(server, ['alpha']);
  await server.run(echoJob(2));
  await until('both run', async () => (await runningAllocs(server, 'echo')).length === 2);
  await put(alpha, '/v1/agent/service/register', { Name: 'lives', Port: 1, Check: { TTL: '50s', Status: 'passing' } });
  const created = await put(server, '/v1/session/create', { TTL: '10s', LockDelay: '0s', Behavior: 'delete' });
  session = ((await created.json()) as { ID: string }).ID;
  expect(await (await put(server, `/v1/kv/lock?acquire=${session}`)).json()).toBe(true);
  await until('all is well', async () => {
    const { named, checks } = await picture();
    return named.length > 0 && checks.length === 4 && checks.every((status) => status === 'passing');
  });
});

afterAll(() => hosts?.dispose());

/** Its deployment takes two seconds, and has two minutes for it. */
function rollout(version: string): string {
  return `job "rollout" {
  datacenters = ["dc1"]
  update {
    health_check      = "task_states"
    min_healthy_time  = "2s"
    healthy_deadline  = "1m"
    progress_deadline = "2m"
  }
  group "g" {
    task "sleep" {
      driver = "raw_exec"
      config {
        command = "/bin/sleep"
        args    = ["10000"]
      }
      env { VERSION = "${version}" }
      resources {
        cpu    = 20
        memory = 16
      }
    }
  }
}`;
}

describe('a clock that is set', { timeout: 60_000 }, () => {
  const settings = (['server', 'alpha'] as const).flatMap((host) =>
    [HOUR, -HOUR, 0].map((offset) => ({ host, offset, what: offset === 0 ? 'right again' : `by ${offset} s` })),
  );
  test.each(settings)(
    'on $host, $what: nothing expires, and what waits does not wait longer',
    async ({ host, offset }) => {
      const before = await picture();
      await renew();
      await server.run(rollout(`${host} ${offset}`));
      const waiting = await blockingQueries();
      await until('it is under way', async () => {
        const [latest] = await deployments();
        return latest?.Status === 'running' && (await runningAllocs(server, 'rollout')).length === 1;
      });

      clocks[host].set(offset);
      const ended = await until(
        'the deployment is over',
        async () => {
          const [latest] = await deployments();
          return latest?.Status !== 'running' && latest?.Status;
        },
        30_000,
      );
      expect(ended).toBe('successful');
      expect(await picture()).toEqual(before);
      for (const answer of await waiting()) expect(answer.status).toBe(200);
    },
  );

  test('before the start of an agent keeps it out of nothing', async () => {
    const before = await picture();
    for (const offset of [HOUR, -HOUR]) {
      clocks.alpha.set(offset);
      await renew();
      await alpha.end('SIGKILL');
      await alpha.start(clocks.alpha.env);
      await until('its servers take it', () => alpha.consul.kv.put('there', Buffer.from('x')));
      await nodesReady(server, ['alpha']);
      await until('all is as before', async () => JSON.stringify(await picture()) === JSON.stringify(before));
    }
  });
});

/** The newest first. */
async function deployments() {
  const { value } = await server.nomad.jobs.deployments('rollout');
  return [...value].sort((a, b) => b.JobVersion - a.JobVersion);
}

/** Everything that has a term, and what would be started anew if one were missed. */
async function picture() {
  const [node] = (await server.nomad.nodes.list()).value;
  const events = (await server.nomad.nodes.read(node?.ID ?? '')).value?.Events ?? [];
  const checks = (await (await alpha.get('/v1/agent/checks')).json()) as Record<string, { Status: string }>;
  const sessions = (await (await server.get('/v1/session/list')).json()) as { ID: string }[];
  const lock = (await (await server.get('/v1/kv/lock')).json()) as { Session?: string }[];
  return {
    node: node?.Status,
    missed: events.filter(({ Message }) => /missed/.test(Message)),
    members: (await server.consul.members()).map(({ Name, Status }) => `${Name} ${Status}`).sort(),
    checks: Object.values(checks).map(({ Status }) => Status),
    sessions: sessions.map(({ ID }) => ID),
    holder: lock[0]?.Session,
    named: await addressesOf(server, NAME),
    tasks: hosts.tasks('alpha', 'echo'),
  };
}

/** Terms that the test itself has to keep. */
async function renew(): Promise<void> {
  expect((await put(server, `/v1/session/renew/${session}`)).status).toBe(200);
  expect((await put(alpha, '/v1/agent/check/pass/service:lives')).status).toBe(200);
}

/** Queries of both APIs on both agents, that wait for 2 s each. */
async function blockingQueries(): Promise<() => Promise<Response[]>> {
  const asked = [server, alpha].flatMap((agent) =>
    ([8500, 4646] as const).map(async (port) => {
      const path = port === 8500 ? '/v1/catalog/service/lives' : '/v1/job/echo';
      const first = await agent.get(path, port);
      const index = first.headers.get(port === 8500 ? 'x-consul-index' : 'x-nomad-index');
      return { waited: agent.get(`${path}?index=${index}&wait=2s`, port) };
    }),
  );
  const waiting = await Promise.all(asked);
  return () => Promise.all(waiting.map(({ waited }) => waited));
}

function put(agent: HostAgent, path: string, body?: object): Promise<Response> {
  const url = `http://${hosts.network.host(agent.name).control}:8500${path}`;
  return fetch(url, { method: 'PUT', ...(body && { body: JSON.stringify(body) }) });
}
