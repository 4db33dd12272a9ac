import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { impair } from '../support/impair.ts';
import { processesWith } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { addressesOf, clientOf, echoJob, nodesReady, runningAllocs } from './cluster-config.ts';

/** A network that is bad for long, with the terms that users have. */

let hosts: Hosts;
let server: HostAgent;
let alpha: HostAgent;
let beta: HostAgent;
const seed = Number(process.env['SHOAL_SEED'] ?? Date.now() % 1_000_000);

beforeAll(async () => {
  console.log(`SHOAL_SEED=${seed}`);
  hosts = await makeHosts(['server', 'alpha', 'beta']);
  server = await hosts.agent('server', 'server { enabled = true }');
  await server.start();
  const token = (await server.command('server', 'token')).printed.trim();
  alpha = await hosts.agent('alpha', clientOf(server.address));
  beta = await hosts.agent('beta', clientOf(server.address));
  await Promise.all([alpha, beta].map((agent) => agent.start({ SHOAL_JOIN_TOKEN: token })));
  await nodesReady(server, ['alpha', 'beta']);
  await server.run(echoJob('each'));
  await until('all run', async () => (await runningAllocs(server, 'echo')).length === COUNT);
  await until('all are named', async () => (await namesAt(beta)) === 'alpha,beta');
});

afterAll(() => hosts?.dispose());

const NAME = 'echo.service.consul';
const SECOND = 1_000;
const COUNT = 2;

describe('cuts of 10 to 30 s, one after the other', { timeout: 400 * SECOND }, () => {
  test.each([10, 13, 30, 12])(
    '%i s: names resolve again at once, changes arrive at once, and no task is restarted for a short one',
    async (seconds) => {
      const before = tasks();
      hosts.cut('alpha');
      await delay(seconds * SECOND);
      const body = JSON.stringify({
        Node: 'outside',
        Address: `192.0.2.${seconds}`,
        Service: { Service: `after-${seconds}`, Port: 25 },
      });
      await fetch(`http://${hosts.network.host('server').control}:8500/v1/catalog/register`, { method: 'PUT', body });
      expect((await addressesOf(alpha, NAME)).length).toBeGreaterThan(0);

      hosts.join('alpha');
      const begun = performance.now();
      const took = async (what: string, condition: () => Promise<boolean>) => {
        await until(what, condition, 20 * SECOND);
        return Math.round(performance.now() - begun);
      };
      const figures = {
        'a change made meanwhile is known after': await took(
          'the change is known',
          async () => (await addressesOf(alpha, `after-${seconds}.service.consul`)).length === 1,
        ),
        'its own services are named elsewhere after': await took('names are right', async () =>
          (await namesAt(beta)).includes('alpha'),
        ),
        'a key can be read through it after': await took(
          'a key can be read',
          async () => (await alpha.get('/v1/kv/none')).status === 404,
        ),
        'its node is ready after': await took('it is ready', async () => (await statusOf('alpha')) === 'ready'),
      };
      console.log(`cut of ${seconds} s: ${JSON.stringify(figures)} ms`);
      expect(
        Math.max(figures['a change made meanwhile is known after'], figures['a key can be read through it after']),
      ).toBeLessThan(4 * SECOND);
      // Its last heartbeat may have been 4.4 s before the cut, and has a term of 20 s.
      if (seconds < 20) expect(tasks()).toEqual(before);
      await until('all are named', async () => (await namesAt(alpha)) === (await namesAt(beta)), 30 * SECOND);
      // After a long cut what ran there is replaced: the old has ended, and the new has begun.
      await until('what is wanted runs, and nothing else', isAsWanted, 30 * SECOND);
    },
  );
});

describe('20 % loss and 300 ms', { timeout: 200 * SECOND }, () => {
  test('nothing flaps', async () => {
    await nodesReady(server, ['alpha', 'beta']);
    const repair = await impair(hosts, 'alpha', { delayMs: 150, lossPercent: 20, seed });
    try {
      const before = tasks();
      const indexes = new Set<string | null>();
      const statuses = new Set<string>();
      const end = Date.now() + 90 * SECOND;
      let asked = 0;
      let answered = 0;
      while (Date.now() < end) {
        statuses.add(`node ${await statusOf('alpha')}`);
        for (const { Name, Status } of await server.consul.members()) statuses.add(`${Name} ${Status}`);
        const health = await server.get('/v1/health/service/echo');
        indexes.add(health.headers.get('x-consul-index'));
        asked += 1;
        answered += (await alpha.get('/v1/kv/none').then(
          ({ status }) => status === 404,
          () => false,
        ))
          ? 1
          : 0;
        await delay(SECOND);
      }
      console.log(
        `${answered} of ${asked} requests through the bad line answered; statuses: ${[...statuses].sort().join(', ')}`,
      );
      expect([...statuses].sort()).toEqual(['alpha 1', 'beta 1', 'node ready', 'server 1']);
      expect(indexes.size).toBe(1);
      expect(tasks()).toEqual(before);
      expect(answered / asked).toBeGreaterThan(0.9);
    } finally {
      await repair();
    }
  });
});

async function isAsWanted(): Promise<boolean> {
  const wanted = (await runningAllocs(server, 'echo')).map(({ ID }) => ID);
  const started = wanted.filter((id) => processesWith('NOMAD_ALLOC_ID', id).length === 1);
  return started.length === COUNT && tasks().length === COUNT;
}

function tasks(): string[] {
  return ['alpha', 'beta'].flatMap((host) => hosts.tasks(host, 'echo').map((pid) => `${host} ${pid}`));
}

async function namesAt(agent: HostAgent): Promise<string> {
  const names = new Map([alpha, beta].map(({ address, name }) => [address, name]));
  return (await addressesOf(agent, NAME))
    .map((address) => names.get(address))
    .sort()
    .join();
}

async function statusOf(node: string): Promise<string | undefined> {
  return (await server.nomad.nodes.list()).value.find(({ Name }) => Name === node)?.Status;
}
