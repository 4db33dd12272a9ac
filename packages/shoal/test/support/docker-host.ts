import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Hosts, makeHosts } from './hosts.ts';
import { processesNamed } from './processes.ts';
import { until } from './until.ts';

/** A real Docker Engine of the test's own, on a machine of its own: a network namespace, with everything it keeps in one folder. */
export type TestEngine = {
  readonly hosts: Hosts;
  /** The name of its machine among `hosts`. */
  readonly host: string;
  readonly folder: string;
  /** `unix://…`. */
  readonly endpoint: string;
  /** Where the test reaches ports that are published there. */
  readonly address: string;
  /** Where containers and the engine reach the test. */
  readonly gateway: string;
  /** Its HTTP API, as JSON. */
  api(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>;
  /** Writes an answer of it into a file. */
  save(path: string, file: string): Promise<void>;
  /** Containers with this allocation's label, ended ones too. */
  containersOf(
    allocId: string,
  ): Promise<{ Id: string; State: string; Names: string[]; Labels: Record<string, string> }[]>;
  /** Ends it as a service manager does; containers end with it. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** With all its containers, mounts and files. */
  dispose(): Promise<void>;
};

/** Has a shell and busybox's programs. */
export const IMAGE = 'shoal-test/busybox:1';

const PROGRAMS = {
  dockerd: 'docker.io',
  containerd: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  busybox: 'busybox-static',
};
const READY_MS = 30_000;
const NAME = 'docker';

/** Starts one. Throws an error that says what this machine lacks for it: a test of the driver without an engine would be worth nothing. */
export async function startEngine(): Promise<TestEngine> {
  const missing = Object.entries(PROGRAMS).filter(
    ([program]) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  if (missing.length > 0) {
    throw new Error(
      `the tests of the docker driver need a real engine: apt-get install ${missing.map(([, name]) => name).join(' ')}`,
    );
  }
  const hosts = await makeHosts([NAME]);
  const folder = await mkdtemp(join(tmpdir(), 'shoal-docker-'));
  const namespace = hosts.network.command(NAME, [])[3] ?? '';
  const socket = join(folder, 'socket');
  let engine: ChildProcess | undefined;
  let printed = '';
  await writeFile(join(folder, 'daemon.json'), '{}');

  async function start(): Promise<void> {
    // Not by "ip netns exec": that mounts a /sys of its own, without control groups.
    const args = [
      ...[`--net=/run/netns/${namespace}`, 'dockerd', '--config-file', join(folder, 'daemon.json')],
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid')],
      ...['-H', `unix://${socket}`, '--storage-driver', 'vfs', '--insecure-registry', '10.0.0.0/8'],
    ];
    const started = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    engine = started;
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (data) => (printed = `${printed}${data}`.slice(-20_000)));
    await until(
      'the Docker engine answers',
      async () => {
        if (started.exitCode !== null) return 'ended';
        return (await api('GET', '/_ping')).status === 200 && 'ready';
      },
      READY_MS,
    ).then((state) => {
      if (state === 'ended') throw new Error(`the Docker engine cannot run on this machine:\n${printed}`);
    });
  }

  async function stop(): Promise<void> {
    if (engine === undefined || engine.exitCode !== null || engine.signalCode !== null) return;
    const exit = once(engine, 'exit', { signal: AbortSignal.timeout(READY_MS) });
    engine.kill('SIGTERM');
    await exit;
  }

  function api(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { socketPath: socket, method, path, headers: { host: 'docker', 'content-type': 'application/json' } },
        (answer) => {
          let text = '';
          answer.on('data', (data) => (text += String(data)));
          answer.on('end', () => {
            const json = /^[[{]/.test(text) ? (JSON.parse(text.split('\n')[0] ?? '') as unknown) : text;
            resolve({ status: answer.statusCode ?? 0, body: json });
          });
          answer.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }

  async function save(path: string, file: string): Promise<void> {
    const sent = request({ socketPath: socket, path, headers: { host: 'docker' } }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    await pipeline(answer, createWriteStream(file));
  }

  async function listed(filters: object): Promise<Awaited<ReturnType<TestEngine['containersOf']>>> {
    const query = `all=true&filters=${encodeURIComponent(JSON.stringify(filters))}`;
    return (await api('GET', `/containers/json?${query}`)).body as never;
  }

  async function dispose(): Promise<void> {
    for (const { Id } of await listed({}).catch(() => [])) await api('DELETE', `/containers/${Id}?force=true`);
    await stop().catch(() => undefined);
    await until('nothing of the engine is left', () => {
      const left = processesNamed((line) => line.includes(`${folder}/`));
      for (const pid of left) killNow(pid);
      return left.length === 0;
    });
    for (const path of mountsBelow(folder)) spawnSync('umount', ['-l', path]);
    await hosts.dispose();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  try {
    await start();
    await importImage(folder, socket);
  } catch (error) {
    await dispose();
    throw error;
  }
  const { control } = hosts.network.host(NAME);
  return {
    ...{ hosts, host: NAME, folder, endpoint: `unix://${socket}`, address: control, gateway: hosts.network.gateway },
    ...{ api, save, start, stop, dispose },
    containersOf: (allocId) => listed({ label: [`com.hashicorp.nomad.alloc_id=${allocId}`] }),
  };
}

/** No registry is asked for it. */
async function importImage(folder: string, socket: string): Promise<void> {
  const root = join(folder, 'image');
  await mkdir(join(root, 'bin'), { recursive: true });
  for (const dir of ['etc', 'tmp', 'root']) await mkdir(join(root, dir));
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nguest:x:1234:1234::/tmp:/bin/sh\n');
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path)) ?? '';
  await copyFile(busybox, join(root, 'bin/busybox'));
  const names = spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.split('\n');
  for (const name of names) if (name !== '' && name !== 'busybox') await symlink('busybox', join(root, 'bin', name));
  const [repo, tag] = IMAGE.split(':');
  const path = `/images/create?fromSrc=-&repo=${repo}&tag=${tag}&changes=${encodeURIComponent('ENV PATH=/bin')}`;
  const tar = spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const sent = request({
    socketPath: socket,
    method: 'POST',
    path,
    headers: { host: 'docker', 'content-type': 'application/x-tar' },
  });
  tar.stdout.pipe(sent);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let said = '';
  for await (const chunk of answer) said += String(chunk);
  if (answer.statusCode !== 200 || said.includes('"error"'))
    throw new Error(`the image could not be imported: ${said}`);
}

function mountsBelow(folder: string): string[] {
  const paths = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  return paths.filter((path) => path.startsWith(`${folder}/`)).reverse();
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
