import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';
import { addressesOf, clientOf, echoJob, nodesReady, runningAllocs, startServer } from './cluster-config.ts';

/** A server, and machines that come to it with an address and a token. In order: each step goes on from the one before. */

let hosts: Hosts;
let server: HostAgent;
let alpha: HostAgent;
let beta: HostAgent;
let token: string;

beforeAll(async () => {
  hosts = await makeHosts(['server', 'alpha', 'beta']);
  ({ server, token } = await startServer(hosts));
  alpha = await hosts.agent('alpha', clientOf(server.address));
  beta = await hosts.agent('beta', clientOf('nowhere.invalid', `${server.address}:4647`));
});

afterAll(() => hosts?.dispose());

describe('an agent that has not joined', { timeout: 60_000 }, () => {
  const refused = [
    { name: 'without a token is told how to get one', given: async () => '', want: 'has no join token' },
    { name: 'with a word that is no token', given: async () => token.slice(0, -4), want: 'a part of it is missing' },
    {
      name: 'with a token of another cluster tells it nothing',
      given: async () => changed(token, (bytes) => bytes.fill(7, 50)),
      want: 'is not of the cluster that the join token is for',
    },
    {
      name: 'with a wrong secret',
      given: async () => changed(token, (bytes) => bytes.fill(7, 8, 16)),
      want: 'its join token is unknown here',
    },
    {
      name: 'with a token that was revoked',
      given: async () => {
        const { printed } = await server.command('server', 'token', '-json');
        const issued = JSON.parse(printed) as { id: string; token: string };
        await server.command('server', 'token', '-revoke', issued.id);
        return issued.token;
      },
      want: 'its join token is unknown here',
    },
  ];
  test.each(refused)('$name', async ({ given, want }) => {
    const { code, printed } = await alpha.startInVain({ SHOAL_JOIN_TOKEN: await given() });
    expect(printed).toContain(want);
    expect(code).toBe(1);
  });

  test('gets a token nowhere but on the server', async () => {
    const asked = await fetch(`http://${hosts.network.host('server').control}:4646/v1/agent/join-tokens`, {
      method: 'POST',
    });
    expect([asked.status, await asked.text()]).toEqual([403, expect.stringContaining('on the server itself')]);
  });

  test('waits for a server that is not there yet, without an error', async () => {
    await server.end('SIGKILL');
    const starting = beta.start({ SHOAL_JOIN_TOKEN: token });
    await until('it says that it waits', () => beta.log().includes('no server answers yet'));
    await server.start();
    await starting;
    await nodesReady(server, ['beta']);
    const [waiting] = beta.log().split('agent: joined');
    expect(waiting).not.toMatch(/"level":"(error|warn)"/);
  });
});

describe('an agent that has joined', { timeout: 60_000 }, () => {
  test('is a node with nothing but an address and a token, and needs the token no more', async () => {
    await alpha.start({ SHOAL_JOIN_TOKEN: token });
    await nodesReady(server, ['alpha', 'beta']);
    const before = await idOf('alpha');
    await alpha.end('SIGTERM');
    await alpha.start();
    await nodesReady(server, ['alpha', 'beta']);
    expect(await idOf('alpha')).toBe(before);
  });

  test('is in the list of members on every agent', async () => {
    for (const agent of [server, alpha, beta]) {
      await until(`${agent.name} knows all`, async () => (await members(agent)).length === 3);
      expect(await members(agent)).toEqual(['alpha client alive', 'beta client alive', 'server server alive']);
      expect((await agent.command('server', 'members')).printed).toMatch(/server\.global +10\.\S+ +4647 +alive +true/);
    }
  });

  test('runs what the server places there, and its services are known on every agent', async () => {
    await server.run(echoJob(2));
    const allocs = await until('both run', async () => {
      const running = await runningAllocs(server, 'echo');
      return running.length === 2 && running;
    });
    expect(new Set(allocs.map(({ NodeName }) => NodeName))).toEqual(new Set(['alpha', 'beta']));
    for (const agent of [server, alpha, beta])
      await until(
        `${agent.name} names both`,
        async () => (await addressesOf(agent, 'echo.service.consul')).length === 2,
      );
    expect(await addressesOf(alpha, 'echo.service.consul')).toEqual([alpha.address, beta.address].sort());
    expect(await addressesOf(beta, 'server.node.consul')).toEqual([server.address]);
    const services = await (await alpha.get('/v1/catalog/services')).json();
    expect(Object.keys(services as object).sort()).toEqual(['consul', 'echo', 'nomad', 'nomad-client']);
  });

  test('answers for allocations of others: logs, files, statistics, restart', async () => {
    const [alloc] = (await runningAllocs(server, 'echo')).filter(({ NodeName }) => NodeName === 'beta');
    const id = alloc?.ID ?? '';
    for (const agent of [server, alpha, beta]) {
      await until('there are logs', async () => /^0\n1\n2\n/.test((await agent.command('alloc', 'logs', id)).printed));
      expect((await agent.nomad.files.list(id, '/')).map(({ Name }) => Name).sort()).toEqual(['alloc', 'echo']);
      expect(Object.keys((await agent.nomad.allocations.stats(id)).Tasks ?? {})).toEqual(['echo']);
    }
    await alpha.nomad.allocations.restart(id);
    await until('it is started again', async () => {
      const read = await alpha.nomad.allocations.read(id);
      return (
        (read.value?.TaskStates?.['echo']?.Restarts ?? 0) > 0 && read.value?.TaskStates?.['echo']?.State === 'running'
      );
    });
  });

  test('follows logs through another agent as they are written', async () => {
    const [alloc] = (await runningAllocs(server, 'echo')).filter(({ NodeName }) => NodeName === 'beta');
    const stop = new AbortController();
    const options = {
      task: 'echo',
      type: 'stdout',
      follow: true,
      origin: 'end',
      offset: 0,
      signal: stop.signal,
    } as const;
    const frames = await alpha.nomad.files.logs(alloc?.ID ?? '', options);
    let text = '';
    for await (const { data } of frames) {
      text += Buffer.from(data).toString();
      if (text.split('\n').length > 5) break;
    }
    stop.abort();
    expect(text).toMatch(/\d+\n\d+\n\d+\n/);
  });

  test('follows the log of any agent', async () => {
    const nodes = (await server.nomad.nodes.list()).value;
    const beta = nodes.find(({ Name }) => Name === 'beta');
    const stop = new AbortController();
    const lines = async (lines: AsyncIterable<Uint8Array>) => {
      let text = '';
      for await (const bytes of lines) {
        text += Buffer.from(bytes).toString();
        if (text.split('\n').some((line) => line.includes('could not be started') && line.includes('broken')))
          return text;
      }
      return text;
    };
    const options = { level: 'debug', signal: stop.signal, nodeId: beta?.ID ?? '' };
    const followed = [
      await alpha.nomad.agent.monitor(options),
      await server.nomad.agent.monitor({ ...options, json: true }),
      await server.nomad.agent.monitor(options),
    ].map(lines);
    await server.run(echoJob('each', 'broken').replace(/command = .*/, 'command = "/no/such/program"'));
    const [readable = '', asJson = ''] = await Promise.all(followed);
    stop.abort();
    await server.nomad.jobs.deregister('broken', { purge: true });
    expect(readable).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \[INFO\] {2}task could not be started: .*\/no\/such\/program/m);
    for (const line of asJson.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
    await expect(alpha.nomad.agent.monitor({ level: 'loud' })).rejects.toThrow('Unknown log level: loud');
  });

  test('passes keys and jobs on, and reads its own writes', async () => {
    await alpha.consul.kv.put('a/b c%2F', Buffer.from('kept'));
    expect(Buffer.from((await beta.consul.kv.get('a/b c%2F'))?.Value ?? '', 'base64').toString()).toBe('kept');
    const body = JSON.stringify({ Node: 'outside', Address: '192.0.2.7', Service: { Service: 'mail', Port: 25 } });
    const put = await fetch(`http://${hosts.network.host('alpha').control}:8500/v1/catalog/register`, {
      method: 'PUT',
      body,
    });
    expect(put.status).toBe(200);
    expect(await addressesOf(alpha, 'mail.service.consul')).toEqual(['192.0.2.7']);
    await beta.run(echoJob(1, 'second'));
    await until('it runs', async () => (await runningAllocs(alpha, 'second')).length === 1);
    await alpha.nomad.jobs.deregister('second', { purge: true });
  });

  test('is asked for many things at once, and Node warns of nothing', async () => {
    const paths = ['/v1/kv/none', '/v1/session/list', '/v1/operator/raft/configuration', '/v1/health/service/many'];
    const asked = Array.from({ length: 60 }, (_, at) => alpha.get(paths[at % paths.length] as string));
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 404]));
    for (const agent of [server, alpha, beta]) expect(agent.log()).not.toContain('Warning');
  });

  test('wakes blocking queries by changes elsewhere', async () => {
    const { index = 0 } = await alpha.consul.healthService('late');
    const waiting = alpha.consul.healthService('late', { index, waitMs: 20_000 });
    const url = `http://${hosts.network.host('beta').control}:8500/v1/agent/service/register`;
    await fetch(url, { method: 'PUT', body: JSON.stringify({ Name: 'late', Port: 1 }) });
    expect((await waiting).value.map(({ Node }) => Node.Node)).toEqual(['beta']);
  });

  test('cannot take the name of another that is alive', async () => {
    await alpha.end('SIGTERM');
    const { code, printed } = await alpha.startInVain({}, ['-node', 'beta']);
    expect(printed).toContain('belongs to another agent that is alive');
    expect(code).toBe(1);
  });
});

describe('an agent that goes', { timeout: 60_000 }, () => {
  test('by kill -9 is missed within its term, and its services with it; it comes back as the same', async () => {
    await alpha.start();
    await nodesReady(server, ['alpha', 'beta']);
    // On each machine again, however long this one was away: what it ran may have been replaced on the other.
    await server.run(echoJob('each', 'everywhere'));
    await until('both are known', async () => (await addressesOf(beta, 'everywhere.service.consul')).length === 2);
    await alpha.end('SIGKILL');
    await until('its instance is gone', async () => {
      const left = await addressesOf(beta, 'everywhere.service.consul');
      return !left.includes(alpha.address);
    });
    await until('it has failed', async () => (await members(beta)).includes('alpha client failed'));
    await alpha.start();
    await until('it is back', async () => (await members(beta)).includes('alpha client alive'));
    await server.nomad.jobs.deregister('everywhere', { purge: true });
  });

  test('by leaving is not missed: what it ran is placed elsewhere, its services and its name are gone', async () => {
    await nodesReady(server, ['alpha', 'beta']);
    await until('both run', async () => (await runningAllocs(server, 'echo')).length === 2);
    const { printed } = await alpha.command('leave');
    expect(printed).toContain('Graceful leave complete');
    await until('all of it runs on the other', async () => {
      const running = await runningAllocs(server, 'echo');
      return running.length === 2 && running.every(({ NodeName }) => NodeName === 'beta');
    });
    const left = ['beta client alive', 'server server alive'];
    await until('it is gone', async () => (await members(server)).join() === left.join());
    expect((await beta.dns({ name: 'alpha.node.consul' })).rcode).toBe('NXDOMAIN');
    const { value } = await server.nomad.nodes.list();
    expect(value.find(({ Name }) => Name === 'alpha')?.Status).toBe('down');
    await alpha.start();
    await nodesReady(server, ['alpha']);
  });

  test('and has lost its data joins again under its name', async () => {
    await alpha.end('SIGKILL');
    await rm(join(alpha.dataDir), { recursive: true, force: true });
    await alpha.start({ SHOAL_JOIN_TOKEN: token });
    await nodesReady(server, ['alpha']);
  });
});

async function members(agent: HostAgent): Promise<string[]> {
  const all = await agent.consul.members();
  const status = { 1: 'alive', 4: 'failed' } as Record<number, string>;
  return all
    .map(({ Name, Tags, Status }) => `${Name} ${Tags['role'] === 'consul' ? 'server' : 'client'} ${status[Status]}`)
    .sort();
}

async function idOf(name: string): Promise<string | undefined> {
  return (await server.nomad.nodes.list()).value.find((node) => node.Name === name)?.ID;
}

/** Another token of the same form. */
function changed(word: string, change: (bytes: Buffer) => void): string {
  const prefix = 'shoal-join-';
  const bytes = Buffer.from(word.slice(prefix.length), 'base64url');
  change(bytes);
  return prefix + bytes.toString('base64url');
}
