import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { create as createTar } from 'tar';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { allocOf, eventsOf, jobFile, readAlloc, readLogs, taskState } from '../support/jobs.ts';
import { processesNamed, processesWith } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/** Jobs that go wrong, on one agent, beside a task that must not notice. */

let agent: TestAgent;
let bystander: { id: string; pids: number[] };

beforeAll(async () => {
  agent = await prepareAgent();
  await agent.start();
  await agent.run(jobFile('bystander', ['/bin/sleep', '10000']));
  const { ID } = await allocOf(agent, 'bystander', ({ ClientStatus }) => ClientStatus === 'running');
  bystander = { id: ID, pids: processesWith('NOMAD_ALLOC_ID', ID) };
});

afterAll(() => agent?.dispose());

afterEach(async () => {
  expect(processesWith('NOMAD_ALLOC_ID', bystander.id)).toEqual(bystander.pids);
  expect(eventsOf(await readAlloc(agent, bystander.id)).at(-1)).toBe('Started: Task started by client');
  expect((await agent.nomad.nodes.list()).value.map(({ Status }) => Status)).toEqual(['ready']);
  expect(agent.log()).not.toMatch(/"level":"error"/);
});

describe('a task that', () => {
  test('exits at once is restarted as its policy says, and fails then', async () => {
    const restart = 'restart {\n attempts = 2\n delay = "10ms"\n interval = "1m"\n mode = "fail"\n }';
    await agent.run(jobFile('exits', ['/bin/sh', '-c', 'exit 3']).replace(/restart \{[^}]*\}/, restart));
    const { ID } = await failed('exits');
    const events = eventsOf(await readAlloc(agent, ID));
    expect(events.filter((event) => event.startsWith('Terminated'))).toEqual(Array(3).fill('Terminated: Exit Code: 3'));
    expect(events).toContain('Not Restarting: Exceeded allowed attempts 2 in interval 1m0s and mode is "fail"');
    expect(taskState(await readAlloc(agent, ID))).toMatchObject({ Failed: true, Restarts: 2, State: 'dead' });
  });

  test('ignores SIGTERM is killed when its time is over', async () => {
    const script = 'trap "" TERM INT; echo ready; while :; do sleep 1; done';
    await agent.run(
      jobFile('deaf', ['/bin/sh', '-c', script], { task: 'kill_timeout = "500ms"\nkill_signal = "SIGTERM"' }),
    );
    const id = await running('deaf');
    await until('it listens to nothing', async () => (await readLogs(agent, id)).includes('ready'));
    await agent.nomad.jobs.deregister('deaf');
    await ended('deaf', id);
    expect(eventsOf(await readAlloc(agent, id)).slice(-3)).toEqual([
      'Killing: Sent interrupt. Waiting 500ms before force killing',
      'Terminated: Exit Code: 137, Signal: 9',
      'Killed: Task successfully killed',
    ]);
  });

  // A length of its own tells each sleep from all others; should one get away, it ends by itself.
  const sleep = (number: number) => `sleep 100.${process.pid}${number}`;
  const escapes = [
    { name: 'in the background', child: sleep(1), line: `${sleep(1)} &` },
    { name: 'by nohup in another session', child: sleep(2), line: `setsid nohup ${sleep(2)} >/dev/null 2>&1 &` },
    { name: 'by a double fork', child: sleep(3), line: `(setsid sh -c "${sleep(3)} & ${sleep(3)}" &);` },
  ];
  test.each(escapes)('starts children $name takes them along when it is stopped', async ({ child, line }) => {
    const job = `parent-${escapes.findIndex((one) => one.line === line)}`;
    const task = 'kill_timeout = "300ms"';
    await agent.run(jobFile(job, ['/bin/sh', '-c', `${line} exec sleep 10000`], { task }));
    const id = await running(job);
    await until('the children run', () => processesNamed((line) => line === child).length > 0);
    await agent.nomad.jobs.deregister(job);
    await ended(job, id);
    expect(processesNamed((line) => line === child)).toEqual([]);
  });

  test('ends before its children takes them along, too', async () => {
    const script = 'setsid nohup sleep 10000 >/dev/null 2>&1 & sleep 10000 & exit 0';
    await agent.run(jobFile('early', ['/bin/sh', '-c', script], { type: 'batch' }));
    const { ID } = await allocOf(agent, 'early', ({ ClientStatus }) => ClientStatus === 'complete');
    expect(processesWith('NOMAD_ALLOC_ID', ID)).toEqual([]);
  });

  test('writes 100 MB of logs fills no disk and holds up nobody', { timeout: 60_000 }, async () => {
    const script = `head -c 100000000 /dev/zero | tr '\\0' '.' | fold -w 99; echo done`;
    const logs = 'logs {\n max_files = 3\n max_file_size = 2\n }';
    await agent.run(jobFile('chatty', ['/bin/sh', '-c', script], { type: 'batch', task: logs }));
    const id = await running('chatty');
    let slowest = 0;
    let most = 0;
    await until(
      'it has written all',
      async () => {
        const asked = performance.now();
        const alloc = await readAlloc(agent, id);
        slowest = Math.max(slowest, performance.now() - asked);
        most = Math.max(most, await logBytes(id));
        return alloc.ClientStatus === 'complete';
      },
      50_000,
    );
    // While a file is begun the oldest one still counts.
    expect(most).toBeLessThanOrEqual(4 * 2 * 1024 * 1024);
    expect(slowest).toBeLessThan(2_000);
    expect((await readLogs(agent, id)).slice(-105)).toMatch(/^\.+\n\.*done\n$/);
  });

  test('needs a port that a stranger holds is told whose it is', async () => {
    const stranger = createTcpServer().listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    const { port } = stranger.address() as AddressInfo;
    const listen = `require('net').createServer().listen(${port}, '127.0.0.1')`;
    const network = `network {\n port "web" {\n static = ${port}\n }\n }`;
    await agent.run(jobFile('blocked', ['node', '-e', listen], { more: network }));
    const { ID } = await failed('blocked');
    const events = eventsOf(await readAlloc(agent, ID));
    expect(events.join('\n')).toContain(`Port "web" (127.0.0.1:${port}) is held by process ${process.pid} (`);
    expect(events).toContain('Terminated: Exit Code: 1');
    expect(await readLogs(agent, ID, 'stderr')).toContain('EADDRINUSE');
  });

  test('has no program names what is missing', async () => {
    await agent.run(jobFile('missing', ['/no/such/program']));
    const { ID } = await failed('missing');
    expect(eventsOf(await readAlloc(agent, ID)).join('\n')).toMatch(
      /Driver Failure: .*\/no\/such\/program.*no such file/,
    );
  });
});

describe('an artifact', () => {
  let server: Server;
  let address: string;
  let count = 0;
  const files = new Map<string, Buffer>();

  beforeAll(async () => {
    server = createServer((request, response) => {
      const file = files.get(request.url ?? '');
      response.writeHead(file ? 200 : 404).end(file);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    files.set('/file', Buffer.from('content'));
  });
  afterAll(() => void server?.close());

  const sha256 = createHash('sha256').update('other').digest('hex');
  const cases = [
    { name: 'that is not there', artifact: () => `source = "${address}/nothing"`, want: /404/ },
    {
      name: 'with another checksum',
      artifact: () => `source = "${address}/file"\n options {\n checksum = "sha256:${sha256}"\n }`,
      want: /checksum/i,
    },
    {
      name: 'of a host that is not there',
      artifact: () => 'source = "http://127.0.0.1:1/file"',
      want: /ECONNREFUSED/,
    },
    {
      name: 'for a place above the task',
      artifact: () => `source = "${address}/file"\n destination = "../../etc/shoal-e2e"`,
      want: /destination escapes allocation directory/,
    },
    {
      name: 'for a place above the task, by a variable',
      artifact: () => `source = "${address}/file"\n destination = "\${NOMAD_META_up}"`,
      want: /Failed Artifact Download: .*\.\.\/\.\.\/etc\/shoal-e2e/,
    },
  ];
  test.each(cases)('$name is refused in a task event', async ({ artifact, want }) => {
    const outcome = await withArtifact(artifact());
    expect(outcome).toMatch(want);
    expect(existsSync('/etc/shoal-e2e')).toBe(false);
  });

  test('that is an archive with paths above it writes nothing there', async () => {
    const folder = await tempDir();
    const marks = join(folder, 'traversal');
    files.set('/evil.tar.gz', await evilTar(folder, marks));
    expect(await withArtifact(`source = "${address}/evil.tar.gz"`)).toMatch(/Failed Artifact Download/);
    expect(existsSync(marks)).toBe(false);
  });

  /** The events of a job with it, or the refusal to take the job at all. */
  async function withArtifact(artifact: string): Promise<string> {
    const name = `fetches-${++count}`;
    const meta = `meta {\n up = "${'../'.repeat(9)}etc/shoal-e2e"\n }`;
    const file = jobFile(name, ['/bin/true'], { task: `${meta}\n artifact {\n ${artifact}\n }` });
    try {
      await agent.run(file);
    } catch (error) {
      return String(error);
    }
    const { ID } = await failed(name);
    return eventsOf(await readAlloc(agent, ID)).join('\n');
  }
});

/** An entry that climbs to the root from wherever it is unpacked, and one with an absolute path. */
async function evilTar(folder: string, target: string): Promise<Buffer> {
  const file = join(folder, 'evil.tar.gz');
  await writeFile(join(folder, 'harmless'), 'x');
  await createTar(
    {
      file,
      gzip: true,
      cwd: folder,
      preservePaths: true,
      onWriteEntry: (entry) => {
        entry.path = `${'../'.repeat(12)}${target.slice(1)}`;
      },
    },
    ['harmless'],
  );
  return readFile(file);
}

async function running(job: string): Promise<string> {
  return (await allocOf(agent, job, ({ ClientStatus }) => ClientStatus === 'running')).ID;
}

function failed(job: string) {
  return allocOf(agent, job, ({ ClientStatus }) => ClientStatus === 'failed');
}

/** The allocation is complete, and nothing of it is left. */
async function ended(job: string, id: string): Promise<void> {
  await until(`${job} is complete`, async () => (await readAlloc(agent, id)).ClientStatus === 'complete');
  expect(processesWith('NOMAD_ALLOC_ID', id)).toEqual([]);
}

async function logBytes(id: string): Promise<number> {
  const folder = join(agent.dataDir, 'alloc', id, 'alloc/logs');
  const names = (await readdir(folder)).filter((name) => name.startsWith('t.stdout.'));
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
