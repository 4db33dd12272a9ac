import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Allocation } from '@shoal/api';
import { type HostAgent, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';

/** Where plugins keep the addresses that they gave, by the network's name. */
export const LEASES = '/var/lib/cni/networks';
export const BRIDGE = `shoal${process.pid}`.slice(0, 15);
/** A network that an operator describes: its own bridge, without port mappings. */
export const OPERATORS = `${BRIDGE}-own`;
/** One that cannot be made: its bridge is another thing. */
export const FAULTY = `${BRIDGE}-faulty`;

const HOST = 'bridged';

const configurations = {
  'own.conflist': JSON.stringify(network(OPERATORS, 'operators', '10.232.0.0/24')),
  'faulty.conflist': JSON.stringify(network(FAULTY, 'control', '10.234.0.0/24')),
  'broken.conflist': '{',
};

function network(name: string, bridge: string, subnet: string): object {
  const ipam = { type: 'host-local', ranges: [[{ subnet }]] };
  return { cniVersion: '0.4.0', name, plugins: [{ type: 'bridge', bridge, isGateway: true, ipam }] };
}

export const patiently = <T>(what: string, condition: () => T | Promise<T>) => until(what, condition, 30_000);

/** A machine of its own with an agent that gives allocations networks. */
export type BridgedHost = {
  readonly agent: HostAgent;
  /** On the network that all hosts share. */
  readonly address: string;
  /** On the line that only the test uses. */
  readonly control: string;
  /** Runs a program in the machine's network; answers with what it printed. */
  run(...argv: string[]): string;
  allocationsOf(job: string, count: number, fits: (allocation: Allocation) => boolean): Promise<Allocation[]>;
  output(allocation: Allocation, task: string): Promise<string>;
  /** Stops a job, and waits until its networks are gone. */
  stopped(job: string): Promise<void>;
  nothingIsLeftOf(allocId: string): boolean;
  noRuleIsLeft(): Promise<unknown>;
  /** Allocations that the agent keeps a network of. */
  networks(): string[];
  dispose(): Promise<void>;
};

export async function startBridgedHost(): Promise<BridgedHost> {
  const missing = ['bridge', 'firewall', 'host-local', 'loopback', 'portmap'].filter(
    (plugin) => !existsSync(`/usr/lib/cni/${plugin}`) && !existsSync(`/opt/cni/bin/${plugin}`),
  );
  if (missing.length > 0) {
    throw new Error(`bridge networks need CNI plugins (apt-get install containernetworking-plugins): ${missing}`);
  }
  const hosts = await makeHosts([HOST]);
  const { address, control } = hosts.network.host(HOST);
  const configs = join(hosts.folder, 'cni');
  await mkdir(configs);
  for (const [name, text] of Object.entries(configurations)) await writeFile(join(configs, name), text);
  const agent = await hosts.agent(HOST, configuration(configs), { mounts: 'shared' });

  function run(...argv: string[]): string {
    const [program = '', ...args] = hosts.network.entering(HOST, argv);
    return execFileSync(program, args, { encoding: 'utf8' });
  }

  function networks(): string[] {
    const folder = join(agent.dataDir, 'client/networks');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  function nothingIsLeftOf(id: string): boolean {
    const rules = run('iptables-save');
    return !existsSync(`/var/run/netns/${id}`) && !networks().includes(id) && !rules.includes(id);
  }

  async function found(job: string): Promise<Allocation[]> {
    const { value } = await agent.nomad.jobs.allocations(job);
    const all = await Promise.all(value.map(async ({ ID }) => (await agent.nomad.allocations.read(ID)).value));
    return all.filter((each): each is Allocation => each !== null && each !== undefined);
  }

  // As where Docker has what is forwarded dropped.
  run('iptables', '-P', 'FORWARD', 'DROP');
  await agent.start();
  return {
    ...{ agent, address, control, run, networks, nothingIsLeftOf },
    allocationsOf: (job, count, fits) =>
      patiently(`${count} allocations of ${job}`, async () => {
        const fitting = (await found(job)).filter(fits);
        return fitting.length >= count && fitting;
      }).catch(async (error: Error) => {
        const states = (await found(job)).map(({ TaskStates }) => TaskStates);
        throw new Error(`${error.message}\n${JSON.stringify(states, null, 1)}\n${agent.log().slice(-3_000)}`);
      }),
    output: ({ ID }, task) => readFile(join(agent.dataDir, 'alloc', ID, `alloc/logs/${task}.stdout.0`), 'utf8'),
    async stopped(job) {
      const { value } = await agent.nomad.jobs.allocations(job);
      await agent.command('job', 'stop', '-yes', job);
      for (const { ID } of value) await patiently(`the network of ${job} is gone`, () => nothingIsLeftOf(ID));
    },
    noRuleIsLeft: () =>
      patiently('no rule names an address of the bridge', () => {
        const rules = run('iptables-save') + run('ip6tables-save');
        return !rules.includes('10.231.0.') && !rules.includes('fd00:231');
      }),
    async dispose() {
      const left = networks();
      await hosts.dispose();
      for (const id of left) spawnSync('sh', ['-c', `umount /var/run/netns/${id}; rm -f /var/run/netns/${id}`]);
      for (const name of [BRIDGE, OPERATORS, FAULTY]) await rm(join(LEASES, name), { recursive: true, force: true });
    },
  };
}

function configuration(configs: string): string {
  return `server { enabled = true }
client {
  enabled                    = true
  bridge_network_name        = "${BRIDGE}"
  bridge_network_subnet      = "10.231.0.0/24"
  bridge_network_subnet_ipv6 = "fd00:231::/120"
  cni_config_dir             = "${configs}"
  host_network "line" { interface = "control" }
}`;
}

/** Answers with its variables and /etc/resolv.conf. */
export const SERVER = `require("http").createServer((_, answer) => answer.end(JSON.stringify({
  ...process.env, resolvConf: require("fs").readFileSync("/etc/resolv.conf", "utf8"), pid: process.pid,
}))).listen(process.env.NOMAD_PORT_http || 8000)`;

export type Said = Record<string, string> & { pid: number };

/** What a `SERVER` answers. */
export async function ask(url: string): Promise<Said> {
  return (await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).json()) as Said;
}

export const hostPort = ({ AllocatedResources }: Allocation, label = 'http') =>
  AllocatedResources.Shared.Ports?.find(({ Label }) => Label === label)?.Value;
export const isRunning = ({ ClientStatus }: Allocation) => ClientStatus === 'running';

export const node = (name: string, script: string, more = '') => `
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

export const job = (name: string, body: string, type = 'service') => `
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

/** A group's network, service and server. */
export const WEB = `
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
