import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type TestAgent, testAgent } from '../support/agent.ts';
import { jobFile } from '../support/jobs.ts';
import { takePortBlock } from '../support/port-block.ts';
import { until } from '../support/until.ts';

/** A service that echoes lines, and that lets its connections finish when it is told to end. */
const ECHO = `
const server = require('node:net').createServer((socket) => socket.on('error', () => {}).pipe(socket));
server.listen(Number(process.env.NOMAD_PORT_db), '127.0.0.1');
process.on('SIGINT', () => server.close(() => process.exit(0)));
`;

test('route { tcp = … } is a port of the edge; open connections go on with their task, and the next version takes the new ones', {
  timeout: 60_000,
}, async () => {
  const block = await takePortBlock();
  onTestFinished(() => block.release());
  const [port = 0] = block.own;
  const agent = await testAgent();
  await agent.run(job(port, 1));
  const client = await until('the port is served', () => echoing(port), 20_000);
  await agent.run(job(port, 2));
  await until('the old version is out of the catalog', async () => (await instances(agent)) === 0);
  // Its task waits for its connection, which the edge has not touched; nobody takes new ones until the next version runs.
  expect(await says(client, 'still there')).toBe('still there');
  await until('new connections are refused', async () => (await refusal(port)) === 'ECONNREFUSED');
  client.end();
  const fresh = await until('the new version takes them', () => echoing(port), 20_000);
  expect(await says(fresh, 'here too')).toBe('here too');
  fresh.end();

  await agent.nomad.jobs.deregister('db');
  await until('the port is closed', async () => (await refusal(port)) === 'ECONNREFUSED');
});

async function instances(agent: TestAgent): Promise<number> {
  return (await agent.consul.healthService('db')).value.length;
}

function job(port: number, version: number): string {
  const more = `
    network {
      port "db" {}
    }
    service {
      name = "db"
      port = "db"
      route { tcp = ${port} }
      check {
        type     = "tcp"
        interval = "1s"
        timeout  = "1s"
      }
    }
    update {
      min_healthy_time = "100ms"
    }`;
  const task = `
      kill_timeout = "20s"
      env {
        VERSION = "${version}"
      }`;
  return jobFile('db', [process.execPath, '-e', ECHO], { more, task });
}

/** A connection on which an instance answers. */
async function echoing(port: number): Promise<Socket | undefined> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  onTestFinished(() => void socket.destroy());
  const answer = await Promise.race([says(socket, 'hello'), once(socket, 'close')]).catch(() => undefined);
  return answer === 'hello' ? socket : undefined;
}

async function says(socket: Socket, words: string): Promise<string> {
  socket.write(words);
  return String((await once(socket, 'data'))[0]);
}

/** The system's word for why there is no instance; empty when one answers. */
function refusal(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    socket.once('data', () => resolve(''));
    socket.write('anybody');
  });
}
