import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { processesWith } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { clientOf, nodesReady, runningAllocs, startServer } from './cluster-config.ts';

/** Commands in an allocation on a machine that is no server, asked for on each machine. */

let hosts: Hosts;
let server: HostAgent;
let alpha: HostAgent;
let beta: HostAgent;
let alloc: string;

const JOB = `job "app" {
  datacenters = ["dc1"]
  constraint {
    attribute = "\${node.unique.name}"
    value     = "alpha"
  }
  group "g" {
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/sleep"
        args    = ["1000"]
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}`;

beforeAll(async () => {
  hosts = await makeHosts(['server', 'alpha', 'beta']);
  let token: string;
  ({ server, token } = await startServer(hosts));
  alpha = await hosts.agent('alpha', clientOf(server.address));
  beta = await hosts.agent('beta', clientOf(server.address));
  for (const client of [alpha, beta]) await client.start({ SHOAL_JOIN_TOKEN: token });
  await nodesReady(server, ['alpha', 'beta']);
  await server.run(JOB);
  const running = () => runningAllocs(server, 'app');
  [alloc = ''] = (await until('it runs', async () => (await running()).length === 1 && running())).map(({ ID }) => ID);
}, 90_000);
afterAll(() => hosts?.dispose());

const say = (agent: HostAgent, ...words: string[]) => agent.command('alloc', 'exec', ...words);
const WORDS = ['sh', '-c', 'echo "$NOMAD_TASK_NAME"; head -c 300000 /dev/zero | tr "\\0" x; echo; exit 7'];

test('they are run from the server, from the machine itself and from another one', { timeout: 60_000 }, async () => {
  for (const agent of [server, alpha, beta]) {
    const { code, printed } = await say(agent, alloc, ...WORDS);
    expect([agent.name, code, printed.split('\n').map((line) => line.length)]).toEqual([
      agent.name,
      7,
      [1, 300_000, 0],
    ]);
  }
});

test('what cannot be run is told everywhere', { timeout: 60_000 }, async () => {
  for (const agent of [server, alpha, beta]) {
    const { code, printed } = await say(agent, alloc, 'no-such-program');
    expect([agent.name, code]).toEqual([agent.name, 1]);
    expect(printed).toContain('"no-such-program" is not in');
  }
});

test('the machine itself needs no server for it', { timeout: 90_000 }, async () => {
  await server.end('SIGKILL');
  // The command line looks the allocation up, which takes a server; the API does not.
  const { control } = hosts.network.host('alpha');
  const query = new URLSearchParams({ task: 't', command: '["sh", "-c", "exit 6"]' });
  const open = () => new WebSocket(`ws://${control}:4646/v1/client/allocation/${alloc}/exec?${query}`);
  const socket = open();
  const frames: unknown[] = [];
  socket.on('message', (message) => frames.push(JSON.parse(String(message))));
  await once(socket, 'close');
  expect(frames.at(-1)).toEqual({ exited: true, result: { exit_code: 6 } });
  const mark = `exec-${process.pid}`;
  query.set('command', JSON.stringify(['env', `OURS=${mark}`, 'sleep', '4321']));
  const left = open();
  await until('it runs', () => processesWith('OURS', mark).length === 1);
  left.terminate();
  await until('it ends when its user goes', () => processesWith('OURS', mark).length === 0);
});
