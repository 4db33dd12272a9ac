import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { spawn as spawnInTerminal } from '@lydell/node-pty';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { builtProgram } from '../cli/support/run-built.ts';
import { PROGRAM, prepareAgent, type TestAgent } from '../support/agent.ts';
import { allocOf } from '../support/jobs.ts';
import { processesWith } from '../support/processes.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const patiently = <T>(what: string, condition: () => T | Promise<T>) => until(what, condition, 30_000);

let agent: TestAgent;
/** Running allocations, by their task's driver. */
const allocs: Record<string, string> = {};

const job = (driver: string) => `
job "by-${driver}" {
  datacenters = ["dc1"]
  group "g" {
    task "t" {
      driver       = "${driver}"
      kill_timeout = "1s"
      config {
        command = "/bin/sh"
        args    = ["-c", "while :; do sleep 0.2; done"]
      }
      env { MINE = "x y" }
      action "greet" {
        command = "/bin/sh"
        args    = ["-c", "echo \\"$0 of $NOMAD_TASK_NAME\\"; read line; echo \\"got $line\\"; exit 5", "\${NOMAD_JOB_NAME}"]
      }
    }
  }
}`;

beforeAll(async () => {
  agent = await prepareAgent();
  await agent.start();
  for (const driver of ['raw_exec', 'exec']) {
    await agent.run(job(driver));
    const { ID } = await allocOf(agent, `by-${driver}`, ({ ClientStatus }) => ClientStatus === 'running', 30_000);
    allocs[driver] = ID;
  }
});
afterAll(async () => {
  try {
    // Isolated tasks leave control groups when they are only killed.
    for (const { ID } of (await agent.nomad.jobs.list()).value) await agent.nomad.jobs.deregister(ID);
    await patiently('all have ended', async () => {
      const { value } = await agent.nomad.allocations.list();
      return value.every(({ ClientStatus }) => ClientStatus === 'complete' || ClientStatus === 'failed');
    });
  } finally {
    await agent?.dispose();
  }
});

type Asked = { command: unknown; task?: string; tty?: boolean; headers?: Record<string, string> };

function execUrl(alloc: string, { command, task = 't', tty = false }: Asked): string {
  const query = new URLSearchParams({ command: JSON.stringify(command), task, tty: String(tty) });
  return `${agent.nomadUrl}/v1/client/allocation/${alloc}/exec?${query}`;
}

/** What a client of the API does, as its documentation says. */
async function open(alloc: string, asked: Asked) {
  const socket = new WebSocket(execUrl(alloc, asked).replace('http', 'ws'), { headers: asked.headers ?? {} });
  socket.on('error', () => undefined);
  onTestFinished(() => socket.terminate());
  const [out, err]: Buffer[][] = [[], []];
  let code: number | undefined;
  socket.on('message', (message) => {
    const frame = JSON.parse(String(message));
    if (frame.stdout?.data) out?.push(Buffer.from(frame.stdout.data, 'base64'));
    if (frame.stderr?.data) err?.push(Buffer.from(frame.stderr.data, 'base64'));
    if (frame.exited) code = frame.result.exit_code;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([
    once(socket, 'open'),
    once(socket, 'unexpected-response').then(async ([, response]) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      throw new Error(`${response.statusCode}: ${text}`);
    }),
  ]);
  return {
    socket,
    say: (data: string) => socket.send(JSON.stringify({ stdin: { data: Buffer.from(data).toString('base64') } })),
    close: () => socket.send(JSON.stringify({ stdin: { close: true } })),
    resize: (width: number, height: number) => socket.send(JSON.stringify({ tty_size: { width, height } })),
    out: () => Buffer.concat(out ?? []).toString(),
    err: () => Buffer.concat(err ?? []).toString(),
    end: async () => {
      await closed;
      return code;
    },
  };
}

describe.each(['raw_exec', 'exec'])('a command in a task of %s', (driver) => {
  const alloc = () => allocs[driver] ?? '';

  it('has the task’s variables and its own streams, and tells its exit code', async () => {
    const session = await open(alloc(), { command: ['sh', '-c', 'echo "$MINE"; cat; echo bad >&2; exit 7'] });
    session.say('hello\n');
    session.socket.send('{}');
    session.close();
    expect(await session.end()).toBe(7);
    expect(session.out()).toBe('x y\nhello\n');
    expect(session.err()).toBe('bad\n');
  });

  it('loses nothing of what it writes at the end, however much', async () => {
    const session = await open(alloc(), { command: ['sh', '-c', 'head -c 3000000 /dev/zero | tr "\\0" x'] });
    expect(await session.end()).toBe(0);
    expect(session.out().length).toBe(3_000_000);
  });

  it('has a terminal of the user’s size if it is asked for', async () => {
    const session = await open(alloc(), { command: ['sh'], tty: true });
    session.resize(101, 33);
    await patiently('the size is told', () => {
      session.say('stty size; echo $TERM\n');
      return session.out().includes('33 101') && session.out().includes('xterm');
    });
    session.say('exit 3\n');
    expect(await session.end()).toBe(3);
  });

  it('ends with all that it started when the user goes', async () => {
    for (const tty of [false, true]) {
      const mark = `${driver}-${tty}-${process.pid}`;
      const session = await open(alloc(), {
        command: ['sh', '-c', `setsid env OURS=${mark} sleep 4321 & env OURS=${mark} sleep 4321; true`],
        tty,
      });
      await patiently('both run', () => processesWith('OURS', mark).length === 2);
      session.socket.terminate();
      await patiently('neither runs', () => processesWith('OURS', mark).length === 0);
    }
  });

  it('is run by the command line, too', async () => {
    const program = builtProgram();
    onTestFinished(program.dispose);
    const run = (args: string[], input = '') =>
      program.runWords(['shoal', 'alloc', 'exec', '-address', agent.nomadUrl, ...args], { input });
    expect(await run([alloc().slice(0, 8), 'sh', '-c', 'cat; echo bad >&2; exit 9'], 'from a file\n')).toEqual({
      code: 9,
      out: 'from a file\n',
      err: 'bad\n',
    });
    expect(await run(['-i=false', '-job', `by-${driver}`, 'cat'], 'not heard')).toMatchObject({ code: 0, out: '' });
    const nothing = await run(['-task', 'nope', alloc(), 'true']);
    expect(nothing).toMatchObject({ code: 1 });
    expect(nothing.err).toContain('has no task "nope"');
  });

  it('is talked to on a terminal, which is left as it was', async () => {
    const args = [PROGRAM, 'alloc', 'exec', '-address', agent.nomadUrl, alloc(), 'sh'];
    const shell = spawnInTerminal(
      'sh',
      [
        '-c',
        'stty -g > before; "$@"; echo "code $?"; stty -g > after; cmp before after && echo same',
        'sh',
        process.execPath,
        ...args,
      ],
      {
        cols: 99,
        rows: 22,
        cwd: agent.folder,
        env: { ...process.env, PS1: '' } as Record<string, string>,
      },
    );
    let seen = '';
    shell.onData((data) => {
      seen += data;
    });
    onTestFinished(() => shell.kill());
    await patiently('it has the size', () => {
      shell.write('stty size\r');
      return seen.includes('22 99');
    });
    shell.resize(77, 44);
    await patiently('it has the new size', () => {
      shell.write('stty size\r');
      return seen.includes('44 77');
    });
    shell.write('echo two ~~. tildes\r');
    await patiently('the command answers', () => seen.split('two ~~. tildes\r\n').length > 2);
    // Lines end once: the far terminal has seen to it.
    expect(seen.slice(seen.indexOf('44 77'))).not.toContain('\r\r\n');
    shell.write('\r~.');
    await patiently('it is left', () => seen.includes('code 1'));
    await patiently('the terminal is as before', () => seen.includes('same'));
  });
});

describe('what cannot be', () => {
  const refused = async (alloc: string, asked: Asked) => open(alloc, asked).then(() => 'open', String);
  const missing = '11111111-2222-4333-8444-555555555555';

  it('is refused before the handshake, with the reason', async () => {
    const alloc = allocs['raw_exec'] ?? '';
    expect(await refused(missing, { command: ['true'] })).toMatch(/404: .*11111111/i);
    expect(await refused('x', { command: ['true'] })).toMatch(/Error: [45]\d\d: /);
    expect(await refused(alloc, { command: ['true'], task: 'nope' })).toMatch(/404: unknown task name "nope"/);
    expect(await refused(alloc, { command: 'true' })).toMatch(/400: command must be a JSON array/);
    expect(await refused(alloc, { command: [] })).toMatch(/400: command must be a JSON array/);
    expect(await refused(alloc, { command: ['no-such-program'] })).toMatch(/500: .*"no-such-program" is not in/);
    expect(await refused(alloc, { command: ['true'], headers: { Origin: 'http://evil.example' } })).toMatch(
      /403: Refused: the request comes from a page of "http:\/\/evil.example"/,
    );
    expect(await refused(alloc, { command: ['true'], headers: { Host: 'evil.example' } })).toMatch(/403: Refused/);
  });

  it('is told by the command itself where only that knows', async () => {
    const session = await open(allocs['exec'] ?? '', { command: ['no-such-program'] });
    expect(await session.end()).not.toBe(0);
    expect(session.err()).toMatch(/no-such-program.*not found/);
  });

  it('is no harm: frames that are none, an endpoint that is no WebSocket, another protocol', async () => {
    const session = await open(allocs['raw_exec'] ?? '', { command: ['cat'] });
    session.socket.send('not json');
    expect(await session.end()).toBeUndefined();
    const plain = await fetch(execUrl(allocs['raw_exec'] ?? '', { command: ['true'] }));
    expect([plain.status, await plain.text()]).toEqual([400, expect.stringContaining('is a WebSocket')]);
    const elsewhere = new WebSocket(`${agent.nomadUrl.replace('http', 'ws')}/v1/jobs`);
    elsewhere.on('error', () => undefined);
    const [, response] = await once(elsewhere, 'unexpected-response');
    expect(response.statusCode).toBe(404);
    elsewhere.terminate();
  });

  it('does not disturb those who offer another protocol with their requests', async () => {
    const { port } = new URL(agent.nomadUrl);
    const socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
    const body = '{"JobHCL": "job \\"x\\" {"}';
    socket.write(
      `POST /v1/jobs/parse HTTP/1.1\r\nHost: localhost\r\n${offer}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await patiently('the job is looked at', () => /^HTTP\/1\.1 400 [\s\S]*input\.hcl/.test(text));
    text = '';
    socket.write('GET /v1/status/leader HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await patiently('the connection goes on', () => text.startsWith('HTTP/1.1 200'));
    const answer = await new Promise<number | undefined>((resolve) => {
      request(
        `${agent.nomadUrl}/v1/status/leader`,
        { headers: { Upgrade: 'h2c', Connection: 'Upgrade' } },
        (response) => resolve(response.resume().statusCode),
      ).end();
    });
    expect(answer).toBe(200);
  });
});

describe('an action', () => {
  const command = (...words: string[]) => {
    const program = builtProgram();
    onTestFinished(program.dispose);
    return program.runWords(['nomad', ...words], { input: 'text\n', env: { NOMAD_ADDR: agent.nomadUrl } });
  };

  it.each(['raw_exec', 'exec'])('of a task of %s runs by its name, with its variables filled in', async (driver) => {
    const alloc = allocs[driver] ?? '';
    for (const place of [`-job=by-${driver}`, `-allocation=${alloc.slice(0, 8)}`]) {
      const { code, out, err } = await command('action', '-t=false', place, 'greet');
      expect({ code, out, err }).toEqual({ code: 5, out: `by-${driver} of t\ngot text\n`, err: '' });
    }
  });

  it('is listed by the API, and run by it', async () => {
    const listed = await fetch(`${agent.nomadUrl}/v1/job/by-raw_exec/actions`);
    expect(await listed.json()).toEqual([{ Name: 'greet', TaskName: 't', TaskGroupName: 'g' }]);
    const url = `${agent.nomadUrl.replace('http', 'ws')}/v1/job/by-raw_exec/action?action=greet&task=t&group=g&tty=false`;
    const socket = new WebSocket(url);
    onTestFinished(() => socket.terminate());
    const frames: { stdout?: { data?: string }; exited?: boolean; result?: { exit_code: number } }[] = [];
    socket.on('message', (data) => frames.push(JSON.parse(String(data))));
    await once(socket, 'open');
    socket.send(JSON.stringify({ stdin: { data: Buffer.from('x\n').toString('base64') } }));
    const last = await patiently('it ends', () => frames.find(({ exited }) => exited));
    expect(last.result?.exit_code).toBe(5);
    const text = frames.map(({ stdout }) => Buffer.from(stdout?.data ?? '', 'base64').toString()).join('');
    expect(text).toBe('by-raw_exec of t\ngot x\n');
  });

  it.each([
    [['action', '-job=by-raw_exec', 'dance'], /no action "dance", but:\n {2}\* greet \(t\)/],
    [['action', '-job=by-raw_exec', '-task=t', 'dance'], /task "t" has no action "dance"; it has: greet/],
    [['action', '-job=by-raw_exec', '-group=other', 'greet'], /no allocations of a group "other"/],
    [['action', 'greet'], /either a job \(-job\) or an allocation/],
  ])('that cannot be is refused: %j', async (words, reason) => {
    const { code, err } = await command(...words);
    expect([code, err]).toEqual([1, expect.stringMatching(reason)]);
  });

  it.each([
    ['/v1/job/none/action?action=greet&task=t', 404, /no running allocation/],
    ['/v1/job/by-raw_exec/action?task=t', 400, /must provide an action/],
    ['/v1/job/by-raw_exec/action?action=dance&task=t', 404, /no action "dance"/],
  ])('of %s is refused before the handshake', async (path, status, reason) => {
    const socket = new WebSocket(agent.nomadUrl.replace('http', 'ws') + path);
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    expect([response.statusCode, text]).toEqual([status, expect.stringMatching(reason)]);
  });
});

it('an agent that is told to end does not wait for conversations', async () => {
  const alloc = allocs['raw_exec'] ?? '';
  const mark = `left-${process.pid}`;
  const session = await open(alloc, { command: ['sh', '-c', `OURS=${mark} sleep 4321; true`] });
  await patiently('it runs', () => processesWith('OURS', mark).length === 1);
  const begin = performance.now();
  await agent.end('SIGTERM');
  expect(performance.now() - begin).toBeLessThan(10_000);
  expect(await session.end()).toBeUndefined();
  await patiently('nothing of it is left', () => processesWith('OURS', mark).length === 0);
  await agent.start();
});
