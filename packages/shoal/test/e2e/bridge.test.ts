import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Allocation } from '@shoal/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';

// Real plugins, real namespaces: each allocation takes a dozen programs.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const patiently = <T>(what: string, condition: () => T | Promise<T>) => until(what, condition, 30_000);

const HOST = 'bridged';
/** Where plugins keep the addresses that they gave, by the network's name. */
const LEASES = '/var/lib/cni/networks';
const BRIDGE = `shoal${process.pid}`.slice(0, 15);
const OPERATORS = `${BRIDGE}-own`;
const FAULTY = `${BRIDGE}-faulty`;

let hosts: Hosts;
let agent: HostAgent;
/** Of the machine on the line that only the test uses. */
let control: string;

beforeAll(async () => {
  const missing = ['bridge', 'firewall', 'host-local', 'loopback', 'portmap'].filter(
    (plugin) => !existsSync(`/usr/lib/cni/${plugin}`) && !existsSync(`/opt/cni/bin/${plugin}`),
  );
  if (missing.length > 0) {
    throw new Error(`bridge networks need CNI plugins (apt-get install containernetworking-plugins): ${missing}`);
  }
  hosts = await makeHosts([HOST]);
  control = hosts.network.host(HOST).control;
  const configs = join(hosts.folder, 'cni');
  await mkdir(configs);
  await writeFile(join(configs, 'own.conflist'), JSON.stringify(operatorsNetwork));
  await writeFile(join(configs, 'broken.conflist'), '{');
  await writeFile(join(configs, 'faulty.conflist'), JSON.stringify(faultyNetwork));
  agent = await hosts.agent(
    HOST,
    `server { enabled = true }
client {
  enabled               = true
  bridge_network_name   = "${BRIDGE}"
  bridge_network_subnet = "10.231.0.0/24"
  bridge_network_subnet_ipv6 = "fd00:231::/120"
  cni_config_dir        = "${configs}"
  host_network "line" { interface = "control" }
}`,
    { mounts: 'shared' },
  );
  // As where Docker has what is forwarded dropped.
  onHost('iptables', '-P', 'FORWARD', 'DROP');
  await agent.start();
});

afterAll(async () => {
  const left = agent === undefined ? [] : networksOf(agent.dataDir);
  await hosts?.dispose();
  for (const id of left) spawnSync('sh', ['-c', `umount /var/run/netns/${id}; rm -f /var/run/netns/${id}`]);
  for (const name of [BRIDGE, OPERATORS, FAULTY]) await rm(join(LEASES, name), { recursive: true, force: true });
});

/** A network that an operator describes: its own bridge, without port mappings. */
const operatorsNetwork = {
  cniVersion: '0.4.0',
  name: OPERATORS,
  plugins: [
    {
      type: 'bridge',
      bridge: 'operators',
      isGateway: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: '10.232.0.0/24' }]] },
    },
  ],
};

/** One that cannot be made: its bridge is another thing. */
const faultyNetwork = {
  cniVersion: '0.4.0',
  name: FAULTY,
  plugins: [
    { type: 'bridge', bridge: 'control', ipam: { type: 'host-local', ranges: [[{ subnet: '10.234.0.0/24' }]] } },
  ],
};

function networksOf(dataDir: string): string[] {
  const folder = join(dataDir, 'client/networks');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Answers with its variables and /etc/resolv.conf. */
const SERVER = `require("http").createServer((_, answer) => answer.end(JSON.stringify({
  ...process.env, resolvConf: require("fs").readFileSync("/etc/resolv.conf", "utf8"), pid: process.pid,
}))).listen(process.env.NOMAD_PORT_http || 8000)`;

/** Asks for `web` by DNS, and then it. */
const SEEK = `const dns = require("dns").promises;
      (async () => {
        const [{ name, port }] = await dns.resolveSrv("web.service.consul");
        const { address } = await dns.lookup(name);
        const answer = await fetch("http://" + address + ":" + port);
        console.log("found " + (await answer.json()).NOMAD_JOB_NAME);
      })().catch((error) => { console.log(String(error)); process.exit(1); })`;

const node = (name: string, script: string, more = '') => `
  task "${name}" {
    driver       = "raw_exec"
    kill_timeout = "1s"
    config {
      command = "${process.execPath}"
      args    = ["-e", ${JSON.stringify(script).replaceAll('${', '$${')}]
    }
    resources {
      cpu    = 50
      memory = 64
    }
    ${more}
  }`;

const job = (name: string, body: string, type = 'service') => `
job "${name}" {
  type        = "${type}"
  datacenters = ["dc1"]
  group "g" {
    ${body}
    restart {
      attempts = 1
      delay    = "1s"
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }
  }
}`;

async function allocationsOf(name: string, count: number, fits: (allocation: Allocation) => boolean) {
  return patiently(`${count} allocations of ${name}`, async () => {
    const { value } = await agent.nomad.jobs.allocations(name);
    const all = await Promise.all(value.map(async ({ ID }) => (await agent.nomad.allocations.read(ID)).value));
    const found = all.filter((each): each is Allocation => each !== null && each !== undefined && fits(each));
    return found.length >= count && found;
  }).catch(async (error: Error) => {
    const { value } = await agent.nomad.jobs.allocations(name);
    const states = value.map(({ TaskStates }) => TaskStates);
    throw new Error(`${error.message}\n${JSON.stringify(states, null, 1)}\n${agent.log().slice(-3_000)}`);
  });
}
const isRunning = ({ ClientStatus }: Allocation) => ClientStatus === 'running';

type Said = Record<string, string> & { pid: number };
async function ask(url: string): Promise<Said> {
  return (await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).json()) as Said;
}
const hostPort = ({ AllocatedResources }: Allocation, label = 'http') =>
  AllocatedResources.Shared.Ports?.find(({ Label }) => Label === label)?.Value;
const output = ({ ID }: Allocation, task: string) =>
  readFile(join(agent.dataDir, 'alloc', ID, `alloc/logs/${task}.stdout.0`), 'utf8');
/** Runs a program of the machine in the test's host. */
const onHost = (...argv: string[]) => {
  const [program = '', ...args] = hosts.network.entering(HOST, argv);
  return execFileSync(program, args, { encoding: 'utf8' });
};

async function stopped(name: string): Promise<void> {
  const { value } = await agent.nomad.jobs.allocations(name);
  await agent.command('job', 'stop', '-yes', name);
  for (const { ID } of value) await patiently(`the network of ${name} is gone`, () => nothingIsLeftOf(ID));
}

function nothingIsLeftOf(id: string): boolean {
  const rules = onHost('iptables-save');
  return !existsSync(`/var/run/netns/${id}`) && !networksOf(agent.dataDir).includes(id) && !rules.includes(id);
}

const noRuleIsLeft = () =>
  patiently('no rule names an address of the bridge', () => {
    const rules = onHost('iptables-save') + onHost('ip6tables-save');
    return !rules.includes('10.231.0.') && !rules.includes('fd00:231');
  });
const vethsOf = () => onHost('ip', '-o', 'link', 'show', 'type', 'veth').match(/^\d+: veth/gm) ?? [];

const WEB = `
  network {
    mode = "bridge"
    port "http" { to = 8000 }
  }
  service {
    name = "web"
    port = "http"
    check {
      type     = "http"
      path     = "/"
      interval = "1s"
      timeout  = "2s"
    }
  }
  ${node('server', SERVER)}`;

describe('a node that can give allocations a network of their own', () => {
  it('says so', async () => {
    const [{ ID }] = await patiently('the node is there', async () => {
      const { value } = await agent.nomad.nodes.list();
      return value.length === 1 && (value as [(typeof value)[0]]);
    });
    const own = (await agent.nomad.nodes.read(ID)).value;
    const modes = own?.NodeResources.Networks?.map(({ Mode }) => Mode);
    expect(modes).toEqual(expect.arrayContaining(['host', 'bridge', `cni/${OPERATORS}`]));
    expect(own?.NodeResources.NodeNetworks).toContainEqual(expect.objectContaining({ Mode: 'bridge', Device: BRIDGE }));
    expect(own?.Attributes['plugins.cni.version.bridge']).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('has nothing for a network that nobody describes, and the evaluation says why', async () => {
    const network = 'network { mode = "cni/nowhere" }';
    await agent.run(job('nowhere', `${network}\n${node('never', '0')}`));
    const status = await patiently('the placement fails', async () => {
      const { printed } = await agent.command('job', 'status', 'nowhere');
      return printed.includes('missing network') && printed;
    });
    expect(status).toMatch(/missing network.* 1 node/);
  });
});

describe('two allocations of a group in bridge mode', () => {
  let allocations: Allocation[];

  beforeAll(async () => {
    await agent.run(job('web', `count = 2\n${WEB}`));
    allocations = await allocationsOf('web', 2, isRunning);
  });

  it('listen on the same port, each behind a host port of its own', async () => {
    for (const allocation of allocations) {
      const said = await patiently('it answers', () => ask(`http://${control}:${hostPort(allocation)}/`));
      expect(said['NOMAD_ALLOC_ID']).toBe(allocation.ID);
    }
  });

  it('have an address of their own, in the API and in "alloc status"', async () => {
    const addresses = allocations.map(({ NetworkStatus }) => NetworkStatus?.Address ?? '');
    expect(new Set(addresses).size).toBe(2);
    for (const address of addresses) expect(address).toMatch(/^10\.231\.0\.\d+$/);
    expect(allocations[0]?.NetworkStatus).toMatchObject({ InterfaceName: 'eth0', DNS: null });
    expect(allocations[0]?.NetworkStatus?.AddressIPv6).toMatch(/^fd00:231::/);
    const { printed } = await agent.command('alloc', 'status', allocations[0]?.ID ?? '');
    expect(printed).toContain('Allocation Addresses (mode = "bridge")');
    expect(printed).toMatch(/http +yes +10\.213\.\d+\.1:\d+ -> 8000/);
  });

  it('are told their ports and addresses, inside and outside', async () => {
    const [allocation] = allocations as [Allocation];
    const port = hostPort(allocation);
    const said = await ask(`http://${control}:${port}/`);
    const host = hosts.network.host(HOST).address;
    const inside = allocation.NetworkStatus?.Address;
    expect(said).toMatchObject({
      NOMAD_PORT_http: '8000',
      NOMAD_HOST_PORT_http: String(port),
      NOMAD_ADDR_http: `${host}:${port}`,
      NOMAD_HOST_ADDR_http: `${host}:${port}`,
      NOMAD_IP_http: host,
      NOMAD_ALLOC_PORT_http: '8000',
      NOMAD_ALLOC_IP_http: inside,
      NOMAD_ALLOC_ADDR_http: `${inside}:8000`,
      NOMAD_ALLOC_INTERFACE_http: 'eth0',
    });
  });

  it('are where "alloc exec" is', async () => {
    const [allocation] = allocations as [Allocation];
    const words = ['alloc', 'exec', '-i=false', '-t=false', allocation.ID, 'ip', '-br', 'address', 'show', 'eth0'];
    const { printed } = await agent.command(...words);
    expect(printed).toContain(allocation.NetworkStatus?.Address);
  });

  it('are checked through their host ports, and announced there', async () => {
    const passing = await patiently('both pass', async () => {
      const answer = (await (await agent.get('/v1/health/service/web?passing')).json()) as {
        Service: { Address: string; Port: number };
      }[];
      return answer.length === 2 && answer.map(({ Service }) => `${Service.Address}:${Service.Port}`).sort();
    });
    const host = hosts.network.host(HOST).address;
    expect(passing).toEqual(allocations.map((each) => `${host}:${hostPort(each)}`).sort());
  });

  it('are found by their name and port from another allocation', async () => {
    const network = 'network { mode = "bridge" }';
    await agent.run(job('seeker', `${network}\n${node('seek', SEEK)}`, 'batch'));
    const [seeker] = await allocationsOf('seeker', 1, ({ ClientStatus }) => ClientStatus === 'complete');
    expect(await output(seeker as Allocation, 'seek')).toBe('found web\n');
  });

  it('are found so by a task with a file system of its own', async () => {
    const network = 'network { mode = "bridge" }';
    const isolated = node('seek', SEEK).replace('"raw_exec"', '"exec"');
    await agent.run(job('isolated', `${network}\n${isolated}`, 'batch'));
    const [seeker] = await allocationsOf('isolated', 1, ({ ClientStatus }) => ClientStatus === 'complete');
    expect(await output(seeker as Allocation, 'seek')).toBe('found web\n');
    await stopped('isolated');
  });

  it('leave nothing', async () => {
    await stopped('web');
    await stopped('seeker');
    await patiently('no line to an allocation is left', () => vethsOf().length === 0);
    await noRuleIsLeft();
    const leases = readdirSync(join(LEASES, BRIDGE)).filter((name) => /^(?:\d+\.|fd)/.test(name));
    expect(leases).toEqual([]);
  });
});

describe('networks of groups', () => {
  it('announce services at the allocation’s address, and check them there', async () => {
    const body = WEB.replace('port = "http"', 'port = "http"\n    address_mode = "alloc"').replaceAll(
      '"web"',
      '"inner"',
    );
    await agent.run(job('inner', body));
    const [allocation] = await allocationsOf('inner', 1, isRunning);
    const [found] = await patiently('it passes', async () => {
      const answer = (await (await agent.get('/v1/health/service/inner?passing')).json()) as {
        Service: { Address: string; Port: number };
        Checks: { Output: string }[];
      }[];
      return answer.length === 1 && answer;
    });
    expect(found?.Service).toMatchObject({ Address: allocation?.NetworkStatus?.Address, Port: 8000 });
    await stopped('inner');
  });

  it('have the resolvers that the group names, word for word', async () => {
    const dns = `dns {
      servers  = ["192.0.2.53"]
      searches = ["internal.example"]
      options  = ["ndots:2"]
    }`;
    await agent.run(
      job('named', WEB.replace('mode = "bridge"', `mode = "bridge"\n${dns}`).replaceAll('"web"', '"named"')),
    );
    const [allocation] = await allocationsOf('named', 1, isRunning);
    const said = await patiently('it answers', () => ask(`http://${control}:${hostPort(allocation as Allocation)}/`));
    expect(said['resolvConf']).toBe('search internal.example\nnameserver 192.0.2.53\noptions ndots:2\n');
    await stopped('named');
  });

  it('map static ports, ports that are the same inside, and ports of a host network', async () => {
    const network = `network {
      mode = "bridge"
      port "http" { static = 8123 }
      port "line" {
        to           = 8123
        host_network = "line"
      }
      port "same" { to = -1 }
    }`;
    await agent.run(job('ports', `${network}\n${node('server', SERVER)}`));
    const [allocation] = await allocationsOf('ports', 1, isRunning);
    const said = await patiently('it answers', () => ask(`http://${control}:8123/`));
    expect(said['NOMAD_PORT_same']).toBe(said['NOMAD_HOST_PORT_same']);
    expect(said['NOMAD_IP_line']).toBe(control);
    const line = hostPort(allocation as Allocation, 'line');
    expect((await ask(`http://${control}:${line}/`))['NOMAD_JOB_NAME']).toBe('ports');
    // Its network is another one.
    await expect(ask(`http://${hosts.network.host(HOST).address}:${line}/`)).rejects.toThrow();
    await stopped('ports');
  });

  it('give a static port to the next allocation when the one before is gone', async () => {
    const network = 'network {\n mode = "bridge"\n port "http" { static = 8124 }\n }';
    const version = (number: string) =>
      job('next', `${network}\n${node('server', SERVER, `env {\n V = "${number}"\n }`)}`);
    const said = (number: string) =>
      patiently(`version ${number} answers`, async () => (await ask(`http://${control}:8124/`))['V'] === number);
    await agent.run(version('1'));
    await said('1');
    await agent.run(version('2'));
    await said('2');
    const [allocation] = await allocationsOf('next', 1, isRunning);
    await agent.command('alloc', 'restart', allocation?.ID ?? '');
    await allocationsOf('next', 1, ({ TaskStates }) => TaskStates?.['server']?.Restarts === 1);
    await said('2');
    expect((await allocationsOf('next', 1, isRunning))[0]?.NetworkStatus).toEqual(allocation?.NetworkStatus);
    await stopped('next');
  });

  it('are a loopback and nothing else with mode = "none"', async () => {
    const script = 'console.log(Object.keys(require("os").networkInterfaces()).join())';
    await agent.run(job('alone', `network { mode = "none" }\n${node('look', script)}`, 'batch'));
    const [allocation] = await allocationsOf('alone', 1, ({ ClientStatus }) => ClientStatus === 'complete');
    expect(await output(allocation as Allocation, 'look')).toBe('lo\n');
    await patiently('it is gone', () => nothingIsLeftOf(allocation?.ID ?? ''));
  });

  it('are an operator’s with mode = "cni/NAME"', async () => {
    const script = 'console.log(require("os").networkInterfaces().eth0[0].address); setInterval(() => {}, 1000)';
    await agent.run(job('operators', `network { mode = "cni/${OPERATORS}" }\n${node('look', script)}`));
    const [allocation] = await allocationsOf('operators', 1, isRunning);
    const address = allocation?.NetworkStatus?.Address;
    expect(address).toMatch(/^10\.232\.0\.\d+$/);
    await patiently(
      'it says its address',
      async () => (await output(allocation as Allocation, 'look')) === `${address}\n`,
    );
    await stopped('operators');
  });

  it('fail their tasks in the plugin’s words when they cannot be made, and leave nothing', async () => {
    await agent.run(job('faulty', `network { mode = "cni/${FAULTY}" }\n${node('never', '0')}`, 'batch'));
    const [allocation] = await allocationsOf('faulty', 1, ({ ClientStatus }) => ClientStatus === 'failed');
    const events = allocation?.TaskStates?.['never']?.Events?.map(
      ({ Type, DisplayMessage }) => `${Type}: ${DisplayMessage}`,
    );
    expect(events?.join('\n')).toMatch(
      /Setup Failure: failed to set up the allocation's network \(mode = "cni\/.*-faulty"\): the CNI plugin "bridge" failed to ADD: .*not a bridge/,
    );
    await patiently('nothing is left', () => nothingIsLeftOf(allocation?.ID ?? ''));
  });

  it('are the same for all tasks of a group', async () => {
    const script = `const { createConnection } = require("net");
      createConnection(8000, "127.0.0.1").on("connect", () => { console.log("met"); process.exit(0); })
        .on("error", () => process.exit(1))`;
    const lifecycle = 'lifecycle {\n hook = "poststart"\n }\nrestart {\n attempts = 20\n delay = "500ms"\n}';
    await agent.run(job('pair', `${WEB.replaceAll('"web"', '"pair"')}\n${node('meet', script, lifecycle)}`));
    const [allocation] = await allocationsOf('pair', 1, ({ TaskStates }) => TaskStates?.['meet']?.State === 'dead');
    expect(await output(allocation as Allocation, 'meet')).toBe('met\n');
    await stopped('pair');
  });
});

describe('an agent that is killed', () => {
  it('finds networks again, and removes those of allocations that are gone', async () => {
    await agent.run(job('kept', WEB.replaceAll('"web"', '"kept"')));
    const [kept] = (await allocationsOf('kept', 1, isRunning)) as [Allocation];
    const url = `http://${control}:${hostPort(kept)}/`;
    const before = await patiently('it answers', () => ask(url));

    await agent.end('SIGKILL');
    expect((await ask(url)).pid).toBe(before.pid);
    // As if it had been killed while it made another one.
    const stranger = '00000000-0000-4000-8000-000000000000';
    await makeStranger(stranger, kept.ID);
    await agent.start();

    expect((await ask(url)).pid).toBe(before.pid);
    const [again] = (await allocationsOf('kept', 1, isRunning)) as [Allocation];
    expect(again.NetworkStatus).toEqual(kept.NetworkStatus);
    await patiently('the stranger is gone', () => nothingIsLeftOf(stranger));
    await stopped('kept');
    await noRuleIsLeft();
  });

  it('makes rules again that somebody has flushed, around tasks that go on', async () => {
    await agent.run(job('flushed', WEB.replaceAll('"web"', '"flushed"')));
    const [allocation] = (await allocationsOf('flushed', 1, isRunning)) as [Allocation];
    const url = `http://${control}:${hostPort(allocation)}/`;
    const before = await patiently('it answers', () => ask(url));

    await agent.end('SIGKILL');
    flushRules();
    await expect(ask(url)).rejects.toThrow();
    await agent.start();

    expect((await patiently('it answers again', () => ask(url))).pid).toBe(before.pid);
    const [again] = (await allocationsOf('flushed', 1, isRunning)) as [Allocation];
    expect(again.NetworkStatus).toEqual(allocation.NetworkStatus);
    await patiently('the agent is done', () => agent.log().includes('and is made again'));
    flushRules();
    await stopped('flushed');
    await noRuleIsLeft();
  });

  it('makes networks anew that a restart of the machine has taken', async () => {
    await agent.run(job('reborn', WEB.replaceAll('"web"', '"reborn"')));
    const [first] = (await allocationsOf('reborn', 1, isRunning)) as [Allocation];
    const url = `http://${control}:${hostPort(first)}/`;
    const before = await patiently('it answers', () => ask(url));

    await agent.end('SIGKILL');
    const [supervisor] = onHost('pgrep', '-f', `supervisor.js ${agent.dataDir}`).trim().split('\n').map(Number);
    process.kill(supervisor ?? 0, 'SIGKILL');
    process.kill(before.pid, 'SIGKILL');
    execFileSync('umount', [`/var/run/netns/${first.ID}`]);
    // Leases are on the disk; all else is the kernel's.
    flushRules();
    onHost('ip', 'link', 'del', BRIDGE);
    await agent.start();

    await allocationsOf('reborn', 1, (each) => isRunning(each) && each.TaskStates?.['server']?.Restarts === 1);
    const after = await patiently('it answers again', () => ask(url));
    expect(after.pid).not.toBe(before.pid);
    expect(after['NOMAD_ALLOC_ID']).toBe(first.ID);
    await stopped('reborn');
    await noRuleIsLeft();
  });

  function flushRules(): void {
    onHost(
      'sh',
      '-c',
      'for table in filter nat; do for t in iptables ip6tables; do $t -t $table -F; $t -t $table -X; done; done',
    );
  }

  async function makeStranger(id: string, like: string): Promise<void> {
    const folder = join(agent.dataDir, 'client/networks');
    const record = JSON.parse(await readFile(join(folder, like, 'network.json'), 'utf8'));
    const { result: _, ...begun } = JSON.parse(JSON.stringify(record).replaceAll(like, id));
    await mkdir(join(folder, id));
    await writeFile(join(folder, id, 'network.json'), JSON.stringify(begun));
    await writeFile(`/var/run/netns/${id}`, '');
    execFileSync('unshare', [`--net=/var/run/netns/${id}`, 'true']);
  }
});

describe('an isolated task in bridge mode', () => {
  const task = (script: string, more = '') => `
  network {
    mode = "bridge"
    port "http" { to = 8000 }
  }
  ${more}
  task "isolated" {
    driver       = "exec"
    kill_timeout = "1s"
    config {
      command = "/bin/sh"
      args    = ["-c", ${JSON.stringify(script)}]
    }
    resources {
      cpu    = 50
      memory = 64
    }
  }`;

  it('is in the network of its group, is reached there, finds services, and leaves nothing', async () => {
    const serve = 'mkdir -p /local/www; (cat /etc/resolv.conf; ls /sys/class/net) > /local/www/index.html';
    const service = 'service {\n name = "isolated"\n port = "http"\n}';
    await agent.run(job('isolated', task(`${serve}; exec busybox httpd -f -p 8000 -h /local/www`, service)));
    const [allocation] = await allocationsOf('isolated', 1, isRunning);
    const url = `http://${control}:${hostPort(allocation as Allocation)}/`;
    const page = await patiently('it answers', async () => (await fetch(url)).text());
    expect(page).toMatch(/nameserver 10\.231\.0\.1\n[\s\S]*eth0\nlo\n/);
    await agent.run(job('asks', task('getent ahostsv4 isolated.service.consul'), 'batch'));
    const [asked] = await allocationsOf('asks', 1, ({ ClientStatus }) => ClientStatus === 'complete');
    expect(await output(asked as Allocation, 'isolated')).toMatch(/^10\./);
    for (const name of ['isolated', 'asks']) await stopped(name);
  });
});
