import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type DockerDriver, dockerDriver } from '../../../../src/client/drivers/docker/docker.ts';
import { dockerSettings } from '../../../../src/client/drivers/docker/settings.ts';
import type { TaskHandle, TaskSpec } from '../../../../src/client/drivers/driver.ts';
import type { ServeDns } from '../../../../src/client/serve-dns.ts';
import { IMAGE, startEngine, type TestEngine } from '../../../support/docker-host.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';
import { never } from '../../supervisor/harness.ts';
import { aTaskSpec } from '../harness.ts';
import { userOf } from '../session-user.ts';

// Each container takes an engine half a second, and several on a busy machine.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const patiently = <T>(what: string, condition: () => T | Promise<T>) => until(what, condition, 30_000);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.dispose());

type Options = { plugin?: Record<string, unknown>; serveDns?: ServeDns };

async function aDriver({
  plugin = {},
  serveDns,
}: Options = {}): Promise<{ driver: DockerDriver; dir: string; again(): DockerDriver }> {
  const dir = await tempDir();
  const { settings, mistakes } = dockerSettings({ plugin: { endpoint: engine.endpoint, ...plugin } });
  expect(mistakes).toEqual([]);
  const make = () => {
    const node = { id: '11111111-2222-3333-4444-555555555555', name: 'n1' };
    const driver = dockerDriver({ settings, stateDir: dir, node, coreMHz: 1000, serveDns, log: () => undefined });
    onTestFinished(() => driver.close());
    return driver;
  };
  return { driver: make(), dir, again: make };
}

const sh = (script: string, more: Record<string, unknown> = {}) => ({
  image: IMAGE,
  command: 'sh',
  args: ['-c', script],
  ...more,
});
const output = (spec: TaskSpec, stream = 'stdout'): string =>
  readFileSync(join(spec.dirs.logDir, `t.${stream}.0`), 'utf8');

/** Runs a task to its end; nothing is left of it. */
async function run(driver: DockerDriver, spec: TaskSpec) {
  const handle = await driver.start(spec);
  const exit = await driver.wait(handle, never);
  await driver.forget(handle);
  expect(await engine.containersOf(spec.allocId)).toEqual([]);
  return exit;
}

async function started(driver: DockerDriver, spec: TaskSpec): Promise<TaskHandle> {
  const handle = await driver.start(spec);
  onTestFinished(async () => {
    await driver.stop(handle, { killSignal: 'SIGKILL', killTimeoutMs: 0 });
    await driver.forget(handle);
  });
  return handle;
}

describe('a container', () => {
  it('runs with its environment, user, folder and the folders of the allocation, and tells how it ended', async () => {
    const { driver, dir } = await aDriver();
    const script =
      'pwd; id -u; echo "$MINE"; cat /secrets/key; echo made > /local/file; echo shared > /alloc/data/file; echo bad >&2; exit 4';
    const spec = aTaskSpec(dir, sh(script, { work_dir: '/tmp' }), { env: { MINE: 'x y' }, user: 'guest' });
    writeFileSync(join(spec.dirs.secretsDir, 'key'), 'secret\n');
    expect(await run(driver, spec)).toEqual({
      ...{ kind: 'exited', exitCode: 4, signal: 0, oomKilled: false },
      message: 'Docker container exited with non-zero exit code: 4',
    });
    expect(output(spec)).toBe('/tmp\n1234\nx y\nsecret\n');
    expect(output(spec, 'stderr')).toBe('bad\n');
    expect(readFileSync(join(spec.dirs.localDir, 'file'), 'utf8')).toBe('made\n');
    expect(readFileSync(join(spec.dirs.sharedDir, 'data/file'), 'utf8')).toBe('shared\n');
  });

  it('sees what the job asks for: names, limits, mounts, switches', async () => {
    const { driver, dir } = await aDriver({ plugin: { allow_caps: ['all'], volumes: { enabled: true } } });
    const outside = await tempDir();
    writeFileSync(join(outside, 'hello'), 'from outside\n');
    const spec = aTaskSpec(
      dir,
      sh(
        `hostname; grep db /etc/hosts; cat /outside/hello /bound/hello /volume/hello; ulimit -n; df -P /scratch | tail -1 | cut -d' ' -f1
         cat /proc/sys/net/core/somaxconn; touch /file 2>/dev/null || echo readonly; cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max
         grep CapEff /proc/self/status; cat /etc/resolv.conf; df -P /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2; cat /proc/1/comm; [ -t 1 ] || echo no terminal`,
        {
          hostname: 'box',
          extra_hosts: ['db:10.1.2.3'],
          volumes: [`${outside}:/outside:ro`],
          mount: [
            {
              type: 'bind',
              source: outside,
              target: '/bound',
              readonly: true,
              bind_options: [{ propagation: 'rprivate' }],
            },
            { type: 'tmpfs', target: '/scratch', tmpfs_options: [{ size: 1_000_000 }] },
          ],
          ulimit: [{ nofile: '100:200' }],
          sysctl: [{ 'net.core.somaxconn': '77' }],
          ...{ readonly_rootfs: true, init: true, shm_size: 2_097_152, pids_limit: 50 },
          ...{ cap_drop: ['all'], cap_add: ['net_admin'] },
          ...{ dns_servers: ['10.9.9.9'], dns_search_domains: ['example.org'], dns_options: ['ndots:2'] },
          labels: [{ mine: 'yes' }],
        },
      ),
      {
        volumes: [{ source: outside, target: '/volume', readOnly: true, propagation: 'private' }],
        resources: { cpuMHz: 100, memoryMB: 64, memoryMaxMB: 0 },
      },
    );
    expect(await run(driver, spec)).toMatchObject({ exitCode: 0 });
    expect(output(spec).split('\n')).toEqual([
      ...['box', '10.1.2.3\tdb', 'from outside', 'from outside', 'from outside', '100', 'tmpfs', '77', 'readonly'],
      ...[
        String(64 * 1024 * 1024),
        'CapEff:\t0000000000001000',
        'search example.org',
        'nameserver 10.9.9.9',
        'options ndots:2',
      ],
      ...['2048', 'docker-init', 'no terminal', ''],
    ]);
  });

  it('cannot have the agent write elsewhere by a link in the place of its logs', async () => {
    const { driver, dir } = await aDriver();
    const spec = aTaskSpec(
      dir,
      sh('mv /alloc/logs /alloc/x; rm -rf /alloc/logs; ln -s /etc /alloc/logs; echo still here'),
    );
    expect(await run(driver, spec)).toMatchObject({ exitCode: 0 });
    expect(output(spec)).toBe('still here\n');
    expect(output(spec, 'stderr')).toMatch(/busy/i);
    expect(existsSync('/etc/t.stdout.0')).toBe(false);
  });

  it('has its output in our files also when it has a terminal', async () => {
    const { driver, dir } = await aDriver();
    const spec = aTaskSpec(
      dir,
      sh('[ -t 1 ] && echo terminal; head -c 40000 /dev/zero | tr "\\0" x; echo; echo end', { tty: true }),
    );
    await run(driver, spec);
    expect(output(spec)).toBe(`terminal\r\n${'x'.repeat(40_000)}\r\nend\r\n`);
  });

  it('is killed when it takes more memory than it has, and that is told', async () => {
    const { driver, dir } = await aDriver();
    const spec = aTaskSpec(dir, sh('head -c 100000000 /dev/zero | tail'), {
      resources: { cpuMHz: 100, memoryMB: 16, memoryMaxMB: 0 },
    });
    expect(await run(driver, spec)).toMatchObject({ exitCode: 137, oomKilled: true });
  });

  it('gets the signal, and is killed when it does not heed it', async () => {
    const { driver, dir } = await aDriver();
    const polite = aTaskSpec(dir, sh('trap "echo got it; exit 9" USR1; echo ready; while :; do sleep 0.05; done'));
    const stubborn = aTaskSpec(dir, sh('trap "" TERM; echo ready; while :; do sleep 0.05; done'));
    const [one, other] = await Promise.all([started(driver, polite), started(driver, stubborn)]);
    await patiently('both are ready', () => output(polite) === 'ready\n' && output(stubborn) === 'ready\n');
    await driver.stop(one, { killSignal: 'SIGUSR1', killTimeoutMs: 10_000 });
    expect(await driver.wait(one, never)).toMatchObject({ exitCode: 9 });
    expect(output(polite)).toBe('ready\ngot it\n');
    const before = performance.now();
    await driver.stop(other, { killSignal: 'SIGTERM', killTimeoutMs: 300 });
    expect(performance.now() - before).toBeGreaterThan(250);
    expect(await driver.wait(other, never)).toMatchObject({ exitCode: 137 });
  });

  it('takes signals and commands, and shows what it uses', async () => {
    const { driver, dir } = await aDriver();
    const spec = aTaskSpec(dir, sh('trap "echo hup" HUP; echo ready; while :; do :; done'), { env: { MINE: 'x' } });
    const handle = await started(driver, spec);
    await patiently('it is ready', () => output(spec) === 'ready\n');
    await driver.signal(handle, 'SIGHUP');
    await patiently('it has the signal', () => output(spec).includes('hup'));
    await driver.stats(handle);
    const usage = await patiently('it uses CPU', async () => {
      const now = await driver.stats(handle);
      return now.cpuPercent > 0 && now;
    });
    expect(usage.rssBytes).toBeGreaterThan(10_000);
    const exec = (command: string[], signal = never) => driver.exec?.(handle, { command, task: spec, signal });
    expect(await exec(['sh', '-c', 'echo "$MINE"; pwd; exit 3'])).toEqual({ exitCode: 3, output: 'x\n/\n' });
    await expect(exec(['no-such-program'])).rejects.toThrow(/cannot run no-such-program: .*no-such-program/s);
    const begun = join(spec.dirs.localDir, 'begun');
    const over = new AbortController();
    const late = exec(['sh', '-c', 'echo begun; touch /local/begun; sleep 77 & sleep 77'], over.signal);
    await patiently('it has begun', () => existsSync(begun));
    over.abort();
    expect(await late).toMatchObject({ exitCode: 137 });
    await patiently('nothing of it is left', async () => !(await exec(['ps']))?.output.includes('sleep 77'));
  });

  it('is talked to, with streams and with a terminal, until the user goes', async () => {
    const { driver, dir } = await aDriver();
    const spec = aTaskSpec(dir, sh('sleep 1000'), { env: { MINE: 'x' } });
    const handle = await started(driver, spec);
    const over = new AbortController();
    const talk = async (command: string[], terminal = false, signal = over.signal) => {
      const session = await driver.session?.(handle, { command, task: spec, terminal, signal });
      if (session === undefined) throw new Error('no session');
      return { session, seen: userOf(session) };
    };
    const piped = await talk(['sh', '-c', 'echo "$MINE"; cat; head -c 300000 /dev/zero; echo bad >&2; exit 3']);
    piped.session.stdin.write('hello\n');
    piped.session.stdin.end();
    expect(await piped.session.exit).toBe(3);
    await patiently('all is read', () => piped.seen.out.length === 'x\nhello\n'.length + 300_000);
    expect(piped.seen.out.startsWith('x\nhello\n')).toBe(true);
    expect(piped.seen.err).toBe('bad\n');
    const inTerminal = await talk(['sh'], true);
    inTerminal.session.resize(101, 33);
    await patiently('it has the size', () => {
      inTerminal.session.stdin.write('stty size\n');
      return inTerminal.seen.out.includes('33 101');
    });
    inTerminal.session.stdin.write('exit 4\n');
    expect(await inTerminal.session.exit).toBe(4);
    const missing = await talk(['no-such-program']);
    expect(await missing.session.exit).not.toBe(0);
    const left = await talk(['sh', '-c', 'echo up; sleep 77 & sleep 77']);
    await patiently('it runs', () => left.seen.out === 'up\n');
    over.abort();
    const processes = async () => (await driver.exec?.(handle, { command: ['ps'], task: spec, signal: never }))?.output;
    await patiently('nothing of it is left', async () => !(await processes())?.includes('sleep 77'));
  });

  it('is reached at the ports of its labels', async () => {
    const { driver, dir } = await aDriver();
    const ports = [
      { label: 'http', ip: '', value: 18_080, to: 80 },
      { label: 'same', ip: engine.address, value: 18_081, to: 0 },
      { label: 'old', ip: '', value: 18_082, to: 0 },
    ];
    const serve = (port: number, text: string) => `echo ${text} > /www/${text}; httpd -p ${port} -h /www`;
    const script = `mkdir /www; ${serve(80, 'a')}; ${serve(18_081, 'b')}; ${serve(8000, 'c')}; echo up; sleep 60`;
    const spec = aTaskSpec(dir, sh(script, { ports: ['http', 'same'], port_map: [{ old: 8000 }] }), { ports });
    const handle = await started(driver, spec);
    const get = async (port: number, file: string) => (await fetch(`http://${engine.address}:${port}/${file}`)).text();
    for (const [port, file] of [
      [18_080, 'a'],
      [18_081, 'b'],
      [18_082, 'c'],
    ] as const)
      expect(await patiently('it answers', () => get(port, file))).toBe(`${file}\n`);
    expect(await driver.network?.(handle)).toEqual({ ip: expect.stringMatching(/^172\./), advertise: false });
    expect(driver.inside?.ports({ port_map: [{ old: 8000 }] })).toEqual({ old: 8000 });
  });

  it('has its address and its name in a network of the operator', async () => {
    const { driver, dir } = await aDriver();
    await engine.api('POST', '/networks/create', {
      Name: 'own',
      IPAM: { Config: [{ Subnet: '10.77.0.0/24', Gateway: '10.77.0.1' }] },
    });
    const network = { network_mode: 'own', network_aliases: ['friend'], ipv4_address: '10.77.0.9' };
    const handle = await started(driver, aTaskSpec(dir, sh('sleep 60', network)));
    expect(await driver.network?.(handle)).toEqual({ ip: '10.77.0.9', advertise: true });
    const other = aTaskSpec(dir, sh('nslookup friend 127.0.0.11', { network_mode: 'own' }));
    await run(driver, other);
    expect(output(other)).toContain('10.77.0.9');
  });

  it('asks the agent for names where that answers, and is told where it does not', async () => {
    const asked: string[] = [];
    const { driver, dir } = await aDriver({
      serveDns: async (address) => {
        asked.push(address);
        return asked.length < 3 ? { servers: [address] } : { reason: 'port 53 is taken' };
      },
    });
    const spec = aTaskSpec(dir, sh('cat /etc/resolv.conf'));
    const said: string[] = [];
    await run(driver, spec);
    expect(output(spec)).toContain('nameserver 172.17.0.1\n');
    const group = aTaskSpec(dir, sh('cat /etc/resolv.conf'), {
      dns: { servers: ['10.8.8.8'], searches: ['g.example'], options: [] },
    });
    await run(driver, group);
    expect(output(group)).toBe('search g.example\nnameserver 10.8.8.8\n');
    await run(driver, aTaskSpec(dir, sh('true', { network_mode: 'host' })));
    expect(asked).toEqual(['172.17.0.1']);
    await driver.fingerprint();
    const last = aTaskSpec(dir, sh('true'));
    const handle = await driver.start(last, { say: (message) => said.push(message) });
    await driver.wait(handle, never);
    await driver.forget(handle);
    expect(said[0]).toMatch(/^Names of services do not resolve in this task: port 53 is taken; set dns_servers/);
  });
});

describe('what cannot be started', () => {
  const cases: {
    name: string;
    config: Record<string, unknown>;
    plugin?: Record<string, unknown>;
    want: RegExp;
    recoverable?: boolean;
  }[] = [
    {
      name: 'an unknown key',
      config: { image: IMAGE, comand: 'x' },
      want: /No argument or block type is named "comand"; did you mean "command"\?/,
    },
    {
      name: 'a program that the image lacks',
      config: { image: IMAGE, command: 'nope' },
      want: /^Failed to start container \w+: API error \(400\): .*nope/,
      recoverable: true,
    },
    {
      name: 'privileged',
      config: { image: IMAGE, privileged: true },
      want: /privileged mode is disabled.*allow_privileged = true/,
    },
    {
      name: 'the host’s processes',
      config: { image: IMAGE, pid_mode: 'host' },
      want: /"pid_mode" = "host" needs privileged mode/,
    },
    {
      name: 'a path of the host',
      config: { image: IMAGE, volumes: ['/etc:/x'] },
      want: /volumes are not enabled; cannot mount host paths: "\/etc".*volumes \{ enabled = true \}/,
    },
    {
      name: 'a way out of the allocation',
      config: { image: IMAGE, mount: { type: 'bind', source: '../../../x', target: '/x' } },
      want: /cannot mount host paths/,
    },
    {
      name: 'a capability',
      config: { image: IMAGE, cap_add: ['sys_admin'] },
      want: /driver does not allow the following capabilities: sys_admin.*allow_caps/,
    },
    {
      name: 'a runtime',
      config: { image: IMAGE, runtime: 'runsc' },
      want: /requested runtime "runsc" is not allowed; allowed are: runc, nvidia/,
    },
    {
      name: 'more processes than the node allows',
      config: { image: IMAGE, pids_limit: 100 },
      plugin: { pids_limit: 10 },
      want: /"pids_limit" is 100, more than the 10/,
    },
    {
      name: 'a label that is not there',
      config: { image: IMAGE, ports: ['http'] },
      want: /Port "http" not found, check network block; the allocation has: none/,
    },
    {
      name: 'an archive that is elsewhere',
      config: { image: IMAGE, load: '../../x.tar', force_pull: true },
      want: /leads out of the task's local\/ folder/,
    },
    {
      name: 'an image of no registry',
      config: { image: '127.0.0.1:1/none:1' },
      want: /^Failed to pull `127.0.0.1:1\/none:1`: API error \(500\): .*refused/,
      recoverable: true,
    },
    {
      name: 'a network that is not there',
      config: { image: IMAGE, network_mode: 'nowhere', command: 'true' },
      want: /network nowhere not found/,
    },
  ];
  it.each(cases)('$name', async ({ config, plugin = {}, want, recoverable = false }) => {
    const { driver, dir } = await aDriver({ plugin });
    const spec = aTaskSpec(dir, config);
    await expect(driver.start(spec)).rejects.toMatchObject({
      name: 'DriverError',
      message: expect.stringMatching(want),
      recoverable,
    });
    expect(await engine.containersOf(spec.allocId)).toEqual([]);
  });
});

it('keeps no output where none is wanted', async () => {
  const { driver, dir, again } = await aDriver();
  const logs = { maxFiles: 2, maxFileSizeBytes: 1_000_000, discard: true };
  const spec = aTaskSpec(dir, sh('echo one; sleep 1; echo two >&2'), { logs });
  const handle = await started(driver, spec);
  const later = again();
  expect(await later.recover(handle)).toBe(true);
  expect(await later.wait(handle, never)).toMatchObject({ exitCode: 0 });
  expect(readdirSync(spec.dirs.logDir)).toEqual([]);
});

describe('an agent that comes back', () => {
  it('finds the container, and goes on with its output without a gap or a repetition', async () => {
    const { driver, dir, again } = await aDriver();
    const spec = aTaskSpec(
      dir,
      sh('i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i; [ $((i%20)) = 0 ] && sleep 0.005; done; exit 5'),
      {
        logs: { maxFiles: 50, maxFileSizeBytes: 2_000 },
      },
    );
    const handle = await driver.start(spec);
    const numbers = () =>
      Array.from({ length: 50 }, (_, index) => join(spec.dirs.logDir, `t.stdout.${index}`))
        .filter((path) => existsSync(path))
        .flatMap((path) => readFileSync(path, 'utf8').split('\n').filter(Boolean).map(Number));
    let latest = driver;
    for (const least of [200, 900, 1_800]) {
      await patiently('it has counted on', () => numbers().length > least);
      await latest.close();
      latest = again();
      expect(await latest.recover(handle)).toBe(true);
      void latest.wait(handle, never).catch(() => undefined);
    }
    expect(await latest.wait(handle, never)).toMatchObject({ exitCode: 5 });
    expect(numbers()).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
    await latest.forget(handle);
    expect(await latest.recover(handle)).toBe(false);
    expect(await latest.wait(handle, never)).toMatchObject({ kind: 'unknown' });
  });

  it('knows a container whose start nobody lived to see, and takes away one that was made and not started', async () => {
    const { driver, dir, again } = await aDriver();
    const spec = aTaskSpec(dir, sh('echo here; sleep 60'));
    await started(driver, spec);
    const later = again();
    const bare: TaskHandle = { driver: 'docker', id: spec.id, startedAt: 0, data: {} };
    expect(await later.recover(bare)).toBe(true);
    expect(await later.exec?.(bare, { command: ['echo', 'hi'], task: spec, signal: never })).toMatchObject({
      output: 'hi\n',
    });
    expect(await later.recover({ ...bare, id: 'other/t/1' })).toBe(false);

    const unstarted = aTaskSpec(dir, sh('true'));
    const Labels = { 'dev.shoal.start': unstarted.id, 'com.hashicorp.nomad.alloc_id': unstarted.allocId };
    await engine.api('POST', '/containers/create', { Image: IMAGE, Cmd: ['true'], Labels });
    expect(await later.recover({ ...bare, id: unstarted.id })).toBe(false);
    expect(await engine.containersOf(unstarted.allocId)).toEqual([]);
  });

  it('replaces what an earlier start of the task left, and removes containers that belong to no task', async () => {
    const { driver, dir } = await aDriver({
      plugin: { gc: { dangling_containers: { period: '200ms', creation_grace: '0s' } } },
    });
    const spec = aTaskSpec(dir, sh('sleep 60'));
    await started(driver, spec);
    const next = { ...spec, id: `${spec.id}-next` };
    await started(driver, next);
    expect((await engine.containersOf(spec.allocId)).map(({ Labels }) => Labels['dev.shoal.start'])).toEqual([next.id]);

    const stray = {
      'dev.shoal.node': '11111111-2222-3333-4444-555555555555',
      'dev.shoal.start': 'gone',
      'com.hashicorp.nomad.alloc_id': 'stray',
    };
    await engine.api('POST', '/containers/create', { Image: IMAGE, Cmd: ['true'], Labels: stray });
    await patiently('the stray is gone', async () => (await engine.containersOf('stray')).length === 0);
    expect(await engine.containersOf(spec.allocId)).toHaveLength(1);
  });
});

describe('the fingerprint', () => {
  it('tells of the engine, and follows it', async () => {
    const { driver } = await aDriver({ plugin: { volumes: { enabled: true } } });
    expect(await driver.fingerprint()).toMatchObject({
      Attributes: {
        'driver.docker': 'true',
        'driver.docker.version': expect.stringMatching(/^\d+\.\d+/),
        'driver.docker.os_type': 'linux',
        'driver.docker.bridge_ip': '172.17.0.1',
        'driver.docker.volumes.enabled': 'true',
      },
      ...{ Detected: true, Healthy: true, HealthDescription: 'Healthy' },
    });
    await engine.stop();
    try {
      expect(await driver.fingerprint()).toMatchObject({
        Detected: true,
        Healthy: false,
        HealthDescription: expect.stringMatching(/^Failed to connect/),
      });
    } finally {
      await engine.start();
    }
    expect(await driver.fingerprint()).toMatchObject({ Healthy: true });
  });

  it('of a machine without an engine complains of nothing', async () => {
    const { driver } = await aDriver({ plugin: { endpoint: 'unix:///nowhere/docker.sock' } });
    expect(await driver.fingerprint()).toMatchObject({ Attributes: {}, Detected: false, Healthy: false });
  });

  it('an engine that goes away ends its containers, and their ends are known when it is back', async () => {
    const { driver, dir } = await aDriver();
    const handle = await started(driver, aTaskSpec(dir, sh('trap "exit 7" TERM; while :; do sleep 0.05; done')));
    const exit = driver.wait(handle, never);
    await engine.stop();
    await engine.start();
    expect(await exit).toMatchObject({ kind: 'exited', exitCode: 7 });
  });

  it('an engine that lets containers live while it is away finds us waiting, and nothing of their output is lost', async () => {
    await engine.stop();
    writeFileSync(join(engine.folder, 'daemon.json'), '{ "live-restore": true }');
    await engine.start();
    const { driver, dir } = await aDriver();
    const spec = aTaskSpec(dir, sh('i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo $i; sleep 0.02; done; exit 6'));
    const handle = await driver.start(spec);
    const exit = driver.wait(handle, never);
    await patiently('it counts', () => output(spec).length > 100);
    await engine.stop();
    await engine.start();
    expect(await exit).toMatchObject({ kind: 'exited', exitCode: 6 });
    expect(output(spec)).toBe(Array.from({ length: 400 }, (_, index) => `${index + 1}\n`).join(''));
    await driver.forget(handle);
  });
});
