import type { Allocation } from '@shoal/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  ask,
  type BridgedHost,
  FAULTY,
  hostPort,
  isRunning,
  job,
  node,
  OPERATORS,
  patiently,
  SERVER,
  startBridgedHost,
  WEB,
} from './bridged-host.ts';

// Real plugins, real namespaces: each allocation takes a dozen programs.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let host: BridgedHost;
beforeAll(async () => {
  host = await startBridgedHost();
});
afterAll(() => host?.dispose());

describe('networks of groups', () => {
  it('announce services at the allocation’s address, and check them there', async () => {
    const body = WEB.replace('port = "http"', 'port = "http"\n    address_mode = "alloc"').replaceAll(
      '"web"',
      '"inner"',
    );
    await host.agent.run(job('inner', body));
    const [allocation] = await host.allocationsOf('inner', 1, isRunning);
    const [found] = await patiently('it passes', async () => {
      const answer = (await (await host.agent.get('/v1/health/service/inner?passing')).json()) as {
        Service: { Address: string; Port: number };
        Checks: { Output: string }[];
      }[];
      return answer.length === 1 && answer;
    });
    expect(found?.Service).toMatchObject({ Address: allocation?.NetworkStatus?.Address, Port: 8000 });
    await host.stopped('inner');
  });

  it('have the resolvers that the group names, word for word', async () => {
    const dns = `dns {
      servers  = ["192.0.2.53"]
      searches = ["internal.example"]
      options  = ["ndots:2"]
    }`;
    await host.agent.run(
      job('named', WEB.replace('mode = "bridge"', `mode = "bridge"\n${dns}`).replaceAll('"web"', '"named"')),
    );
    const [allocation] = await host.allocationsOf('named', 1, isRunning);
    const said = await patiently('it answers', () =>
      ask(`http://${host.control}:${hostPort(allocation as Allocation)}/`),
    );
    expect(said['resolvConf']).toBe('search internal.example\nnameserver 192.0.2.53\noptions ndots:2\n');
    await host.stopped('named');
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
    await host.agent.run(job('ports', `${network}\n${node('server', SERVER)}`));
    const [allocation] = await host.allocationsOf('ports', 1, isRunning);
    const said = await patiently('it answers', () => ask(`http://${host.control}:8123/`));
    expect(said['NOMAD_PORT_same']).toBe(said['NOMAD_HOST_PORT_same']);
    expect(said['NOMAD_IP_line']).toBe(host.control);
    const line = hostPort(allocation as Allocation, 'line');
    expect((await ask(`http://${host.control}:${line}/`))['NOMAD_JOB_NAME']).toBe('ports');
    // Its network is another one.
    await expect(ask(`http://${host.address}:${line}/`)).rejects.toThrow();
    await host.stopped('ports');
  });

  it('give a static port to the next allocation when the one before is gone', async () => {
    const network = 'network {\n mode = "bridge"\n port "http" { static = 8124 }\n }';
    const version = (number: string) =>
      job('next', `${network}\n${node('server', SERVER, `env {\n V = "${number}"\n }`)}`);
    const said = (number: string) =>
      patiently(`version ${number} answers`, async () => (await ask(`http://${host.control}:8124/`))['V'] === number);
    await host.agent.run(version('1'));
    await said('1');
    await host.agent.run(version('2'));
    await said('2');
    const [allocation] = await host.allocationsOf('next', 1, isRunning);
    await host.agent.command('alloc', 'restart', allocation?.ID ?? '');
    await host.allocationsOf('next', 1, ({ TaskStates }) => TaskStates?.['server']?.Restarts === 1);
    await said('2');
    expect((await host.allocationsOf('next', 1, isRunning))[0]?.NetworkStatus).toEqual(allocation?.NetworkStatus);
    await host.stopped('next');
  });

  it('are a loopback and nothing else with mode = "none"', async () => {
    const script = 'console.log(Object.keys(require("os").networkInterfaces()).join())';
    await host.agent.run(job('alone', `network { mode = "none" }\n${node('look', script)}`, 'batch'));
    const [allocation] = await host.allocationsOf('alone', 1, ({ ClientStatus }) => ClientStatus === 'complete');
    expect(await host.output(allocation as Allocation, 'look')).toBe('lo\n');
    await patiently('it is gone', () => host.nothingIsLeftOf(allocation?.ID ?? ''));
  });

  it('are an operator’s with mode = "cni/NAME"', async () => {
    const script = 'console.log(require("os").networkInterfaces().eth0[0].address); setInterval(() => {}, 1000)';
    await host.agent.run(job('operators', `network { mode = "cni/${OPERATORS}" }\n${node('look', script)}`));
    const [allocation] = await host.allocationsOf('operators', 1, isRunning);
    const address = allocation?.NetworkStatus?.Address;
    expect(address).toMatch(/^10\.232\.0\.\d+$/);
    await patiently(
      'it says its address',
      async () => (await host.output(allocation as Allocation, 'look')) === `${address}\n`,
    );
    await host.stopped('operators');
  });

  it('fail their tasks in the plugin’s words when they cannot be made, and leave nothing', async () => {
    await host.agent.run(job('faulty', `network { mode = "cni/${FAULTY}" }\n${node('never', '0')}`, 'batch'));
    const [allocation] = await host.allocationsOf('faulty', 1, ({ ClientStatus }) => ClientStatus === 'failed');
    const events = allocation?.TaskStates?.['never']?.Events?.map(
      ({ Type, DisplayMessage }) => `${Type}: ${DisplayMessage}`,
    );
    expect(events?.join('\n')).toMatch(
      /Setup Failure: failed to set up the allocation's network \(mode = "cni\/.*-faulty"\): the CNI plugin "bridge" failed to ADD: .*not a bridge/,
    );
    await patiently('nothing is left', () => host.nothingIsLeftOf(allocation?.ID ?? ''));
  });

  it('hold tasks of another user, who may write to their output', async () => {
    const task = `task "other" {
      driver = "raw_exec"
      user   = "nobody"
      config {
        command = "/bin/sh"
        args    = ["-c", "id -un; id -Gn; echo again > /dev/stdout; exec ls /sys/class/net /root"]
      }
      resources {
        cpu    = 50
        memory = 32
      }
    }`;
    await host.agent.run(job('other', `network { mode = "bridge" }\n${task}`, 'batch'));
    const [allocation] = await host.allocationsOf('other', 1, ({ ClientStatus }) => ClientStatus === 'failed');
    expect(await host.output(allocation as Allocation, 'other')).toMatch(/^nobody\nnogroup\nagain\n/);
    await patiently('it is gone', () => host.nothingIsLeftOf(allocation?.ID ?? ''));
  });

  it('are the same for all tasks of a group', async () => {
    const script = `const { createConnection } = require("net");
      createConnection(8000, "127.0.0.1").on("connect", () => { console.log("met"); process.exit(0); })
        .on("error", () => process.exit(1))`;
    const lifecycle = 'lifecycle {\n hook = "poststart"\n }\nrestart {\n attempts = 20\n delay = "500ms"\n}';
    await host.agent.run(job('pair', `${WEB.replaceAll('"web"', '"pair"')}\n${node('meet', script, lifecycle)}`));
    const [allocation] = await host.allocationsOf(
      'pair',
      1,
      ({ TaskStates }) => TaskStates?.['meet']?.State === 'dead',
    );
    expect(await host.output(allocation as Allocation, 'meet')).toBe('met\n');
    await host.stopped('pair');
  });
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
    await host.agent.run(job('isolated', task(`${serve}; exec busybox httpd -f -p 8000 -h /local/www`, service)));
    const [allocation] = await host.allocationsOf('isolated', 1, isRunning);
    const url = `http://${host.control}:${hostPort(allocation as Allocation)}/`;
    const page = await patiently('it answers', async () => (await fetch(url)).text());
    expect(page).toMatch(/nameserver 10\.231\.0\.1\n[\s\S]*eth0\nlo\n/);
    await host.agent.run(job('asks', task('getent ahostsv4 isolated.service.consul'), 'batch'));
    const [asked] = await host.allocationsOf('asks', 1, ({ ClientStatus }) => ClientStatus === 'complete');
    expect(await host.output(asked as Allocation, 'isolated')).toMatch(/^10\./);
    for (const name of ['isolated', 'asks']) await host.stopped(name);
  });
});
