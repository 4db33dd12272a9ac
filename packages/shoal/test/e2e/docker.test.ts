import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Allocation } from '@shoal/api';
import { decode, encode } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { IMAGE, startEngine, type TestEngine } from '../support/docker-host.ts';
import { startRegistry } from '../support/docker-registry.ts';
import type { HostAgent } from '../support/hosts.ts';
import { until } from '../support/until.ts';

// Each container takes an engine half a second, and several on a busy machine.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const patiently = <T>(what: string, condition: () => T | Promise<T>) => until(what, condition, 30_000);

/** An agent beside a real engine, on a machine of its own, whose resolver is the test. */
let engine: TestEngine;
let agent: HostAgent;
let resolver: ReturnType<typeof createSocket>;
let resolvConf: string;

beforeAll(async () => {
  engine = await startEngine();
  resolver = await outsideDns(engine.gateway);
  // "ip netns exec" puts it in the place of /etc/resolv.conf.
  resolvConf = join('/etc/netns', engine.hosts.network.command(engine.host, [])[3] ?? '');
  await mkdir(resolvConf, { recursive: true });
  await writeFile(join(resolvConf, 'resolv.conf'), `nameserver ${engine.gateway}\n`);
  agent = await engine.hosts.agent(
    engine.host,
    `server { enabled = true }
client {
  enabled = true
  host_volume "pages" { path = "${engine.folder}/pages" }
}
plugin "docker" {
  config {
    endpoint = "${engine.endpoint}"
    extra_labels = ["job_*"]
    gc { image_delay = "0s" }
  }
}`,
  );
  await mkdir(join(engine.folder, 'pages'));
  await writeFile(join(engine.folder, 'pages/index.html'), 'a page of the machine\n');
  await agent.start();
});

afterAll(async () => {
  resolver?.close();
  await engine?.dispose();
  if (resolvConf) await rm(resolvConf, { recursive: true, force: true });
});

/** Answers every question for an A record: it stands for the rest of the world. */
async function outsideDns(address: string): Promise<typeof resolver> {
  const socket = createSocket('udp4');
  socket.on('message', (message, { port, address: from }) => {
    const { id, questions = [] } = decode(message);
    const answers = questions
      .filter(({ type }) => type === 'A')
      .map(({ name }) => ({ type: 'A' as const, name, ttl: 1, data: '203.0.113.7' }));
    // 0x8180: an answer, recursion desired and available.
    socket.send(encode({ type: 'response', id: id ?? 0, flags: 0x180, questions, answers }), port, from);
  });
  socket.bind(53, address);
  await once(socket, 'listening');
  return socket;
}

const task = (name: string, script: string, more = '', config = '') => `
  task "${name}" {
    driver       = "docker"
    kill_timeout = "1s"
    config {
      image   = "${IMAGE}"
      command = "sh"
      args    = ["-c", ${JSON.stringify(script).replaceAll('${', '$${')}]
      ${config}
    }
    resources {
      cpu    = 50
      memory = 32
    }
    ${more}
  }`;
const job = (name: string, body: string, type = 'service') => `
job "${name}" {
  type        = "${type}"
  datacenters = ["dc1"]
  group "g" {
    ${body}
  }
}`;

async function allocationOf(name: string, condition: (allocation: Allocation) => boolean): Promise<Allocation> {
  return patiently(`an allocation of ${name}`, async () => {
    const { value } = await agent.nomad.jobs.allocations(name);
    for (const { ID } of value) {
      const allocation = (await agent.nomad.allocations.read(ID)).value;
      if (allocation && condition(allocation)) return allocation;
    }
    return undefined;
  }).catch(async (error: Error) => {
    const { value } = await agent.nomad.jobs.allocations(name);
    throw new Error(
      `${error.message}\n${JSON.stringify(
        value.map(({ TaskStates }) => TaskStates),
        null,
        1,
      )}\n${agent.log().slice(-3000)}`,
    );
  });
}
const isRunning = ({ ClientStatus }: Allocation) => ClientStatus === 'running';
const isComplete = ({ ClientStatus }: Allocation) => ClientStatus === 'complete';
const output = ({ ID }: Allocation, name: string, stream = 'stdout') =>
  readFile(join(agent.dataDir, 'alloc', ID, 'alloc/logs', `${name}.${stream}.0`), 'utf8');

async function stopped(name: string): Promise<void> {
  const { value } = await agent.nomad.jobs.allocations(name);
  await agent.command('job', 'stop', '-yes', name);
  for (const { ID } of value)
    await patiently(`nothing of ${name} is left`, async () => (await engine.containersOf(ID)).length === 0);
}

describe('a node with Docker', () => {
  it('is told so by the node’s attributes', async () => {
    const status = await patiently('the node is there', async () => {
      const answer = await agent.command('node', 'status', '-verbose', engine.host);
      return answer.code === 0 && answer;
    });
    expect(status.printed).toMatch(/docker\s+true\s+true\s+Healthy/);
    expect(status.printed).toMatch(/driver\.docker\.version\s+= \d/);
    expect(status.printed).toMatch(/driver\.docker\.bridge_ip\s+= 172\.17\.0\.1/);
  });
});

describe('a service in a container', () => {
  it('is found by the first container of a machine, too', async () => {
    await agent.run(job('first', task('t', 'cat /etc/resolv.conf; nslookup consul.service.consul'), 'batch'));
    const first = await allocationOf('first', isComplete);
    expect(await output(first, 't')).toMatch(/^nameserver 172\.17\.0\.1\n[\s\S]*Address: 10\.213\./);
  });

  it('is announced, checked, and found by others’ plain resolver; so is the rest of the world', async () => {
    const serve = 'mkdir /www; cp /pages/index.html /www; echo 3 > /tmp/state; httpd -f -p $NOMAD_PORT_http -h /www';
    await agent.run(
      job(
        'web',
        `network {
           port "http" { to = 8000 }
         }
         volume "pages" {
           type = "host"
           source = "pages"
         }
         ${task(
           'server',
           serve,
           `volume_mount {
              volume      = "pages"
              destination = "/pages"
            }
            service {
              name = "web"
              port = "http"
              check {
                type     = "http"
                path     = "/"
                interval = "1s"
                timeout  = "1s"
              }
              check {
                name     = "inside"
                type     = "script"
                command  = "sh"
                args     = ["-c", "echo $0 says $(hostname -i); test $(cat /tmp/state) = 3", "it"]
                interval = "1s"
                timeout  = "5s"
              }
            }
            service {
              name         = "web-inside"
              port         = "http"
              address_mode = "driver"
            }`,
           'ports = ["http"]',
         )}
         ${task('beside', 'sleep 600', 'lifecycle {\n hook = "poststart"\n sidecar = true\n }')}`,
      ),
    );
    const web = await allocationOf('web', isRunning);
    await patiently(
      'it is healthy',
      async () => (await agent.consul.healthService('web', { passing: true })).value.length === 1,
    );
    const [checks] = (await agent.consul.healthService('web', {})).value;
    expect(checks?.Checks.find(({ Name }) => Name === 'inside')?.Output).toMatch(/^it says 172\.17\./);
    const [inside] = (await agent.consul.healthService('web-inside', {})).value;
    expect(inside?.Service).toMatchObject({ Address: expect.stringMatching(/^172\.17\.0\./), Port: 8000 });

    const ask = `nslookup web.service.consul; nslookup outside.example.org
      wget -qO- http://web.service.consul:$(nslookup -type=srv web.service.consul | sed -n 's/.*= 1 1 \\([0-9]*\\) .*/\\1/p')/
      cat /etc/resolv.conf; echo "$NOMAD_ALLOC_DIR $NOMAD_TASK_DIR $NOMAD_SECRETS_DIR"`;
    await agent.run(job('client', task('ask', ask), 'batch'));
    const client = await allocationOf('client', isComplete);
    const said = await output(client, 'ask');
    expect(said).toMatch(/Name:\s+web\.service\.consul\nAddress: 10\.213\./);
    expect(said).toContain('203.0.113.7');
    expect(said).toContain('a page of the machine\n');
    expect(said).toContain('nameserver 172.17.0.1\n');
    expect(said).toContain('/alloc /local /secrets\n');
    const container = (await engine.containersOf(web.ID)).find(({ Names }) => Names[0] === `/server-${web.ID}`);
    expect(container?.Labels).toMatchObject({ 'com.hashicorp.nomad.job_name': 'web' });
    // The engine, which holds the port for the other task, is no stranger.
    const beside = web.TaskStates?.['beside']?.Events.map(({ DisplayMessage }) => DisplayMessage) ?? [];
    expect(beside.join('\n')).not.toContain('is held by');
    await stopped('web');
    expect((await agent.consul.healthService('web', {})).value).toEqual([]);
  });

  it('has its templates in its folders, and is told when they change', async () => {
    await agent.consul.kv.put('greeting', Buffer.from('hello'));
    const script =
      'trap "cat /secrets/note /alloc/data/note; exit 0" USR1; cat /secrets/note; while :; do sleep 0.1; done';
    const template = (destination: string, mode: string) => `template {
      data        = "{{ key \\"greeting\\" }} in {{ env \\"NOMAD_SECRETS_DIR\\" }}\\n"
      destination = "${destination}/note"
      ${mode}
    }`;
    const signal = 'change_mode   = "signal"\n      change_signal = "SIGUSR1"';
    await agent.run(
      job(
        'note',
        task(
          't',
          script,
          `${template('${NOMAD_SECRETS_DIR}', signal)}\n${template('${NOMAD_ALLOC_DIR}/data', 'change_mode = "noop"')}`,
        ),
        'batch',
      ),
    );
    const first = await allocationOf('note', isRunning);
    await patiently('it has read it', async () => (await output(first, 't')) === 'hello in /secrets\n');
    await agent.consul.kv.put('greeting', Buffer.from('bye'));
    const note = await allocationOf('note', isComplete);
    expect(await output(note, 't')).toBe('hello in /secrets\nbye in /secrets\nbye in /secrets\n');
  });
});

describe('a restart', () => {
  it('by a template gives the task another container, and the former one is gone', async () => {
    await agent.consul.kv.put('color', Buffer.from('red'));
    const template = `template {
      data        = "COLOR={{ key \\"color\\" }}"
      destination = "secrets/env"
      env         = true
    }`;
    await agent.run(job('color', task('t', 'echo $COLOR; exec sleep 600', template)));
    const first = await allocationOf('color', isRunning);
    await patiently('it runs', async () => (await output(first, 't')) === 'red\n');
    const [before] = await engine.containersOf(first.ID);
    await agent.consul.kv.put('color', Buffer.from('blue'));
    await patiently('it runs again', async () => (await output(first, 't')) === 'red\nblue\n');
    const now = await engine.containersOf(first.ID);
    expect(now).toHaveLength(1);
    expect(now[0]?.Id).not.toBe(before?.Id);
    await stopped('color');
  });
});

describe('an image of a registry', () => {
  it('is fetched, which an event tells, and is gone when nothing uses it', async () => {
    const registry = await startRegistry({ folder: engine.folder, address: engine.gateway });
    onTestFinished(() => registry.close());
    const body = task('t', 'echo from $FROM').replace(IMAGE, registry.image);
    await agent.run(job('fetched', body, 'batch'));
    const fetched = await allocationOf('fetched', isComplete);
    expect(await output(fetched, 't')).toBe('from registry\n');
    const event = fetched.TaskStates?.['t']?.Events.find(({ Type }) => Type === 'Driver');
    expect(event).toMatchObject({
      ...{ DisplayMessage: 'Downloading image', DriverMessage: 'Downloading image' },
      Details: { image: registry.image },
    });
    const status = await agent.command('alloc', 'status', fetched.ID);
    expect(status.printed).toMatch(/Driver\s+Downloading image/);
    await patiently('the image is gone', async () => {
      const { status } = await engine.api('GET', `/images/${registry.image}/json`);
      return status === 404;
    });
  });
});

describe('an agent that is killed', () => {
  it('finds its containers again: output without a gap or a repetition, the end and its code', async () => {
    const script =
      'i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo $i; [ $((i%10)) = 0 ] && sleep 0.01; done; cat /no/such/file; exit 3';
    await agent.run(
      job('counter', `restart { attempts = 0 }\n reschedule { attempts = 0 }\n${task('count', script)}`, 'batch'),
    );
    const { ID } = await allocationOf('counter', isRunning);
    const [before] = await engine.containersOf(ID);
    for (const least of [500, 1_500]) {
      await patiently(
        'it has counted on',
        async () => (await output({ ID } as Allocation, 'count')).split('\n').length > least,
      );
      await agent.end('SIGKILL');
      await agent.start();
    }
    const [after] = await engine.containersOf(ID);
    expect(after?.Id).toBe(before?.Id);
    const counter = await allocationOf('counter', ({ ClientStatus }) => ClientStatus === 'failed');
    const numbers = (await output(counter, 'count')).trim().split('\n').map(Number);
    expect(numbers).toEqual(Array.from({ length: 4_000 }, (_, index) => index + 1));
    const events = counter.TaskStates?.['count']?.Events ?? [];
    expect(events.map(({ DisplayMessage }) => DisplayMessage)).toContain(
      'Exit Code: 3, Exit Message: "Docker container exited with non-zero exit code: 3"',
    );
    expect(await output(counter, 'count', 'stderr')).toContain('/no/such/file');
    await patiently('nothing of it is left', async () => (await engine.containersOf(ID)).length === 0);
  });
});
