import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Allocation } from '@shoal/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  ask,
  BRIDGE,
  type BridgedHost,
  hostPort,
  isRunning,
  job,
  LEASES,
  node,
  OPERATORS,
  patiently,
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

/** Asks for `web` by DNS, and then it. */
const SEEK = `const dns = require("dns").promises;
      (async () => {
        const [{ name, port }] = await dns.resolveSrv("web.service.consul");
        const { address } = await dns.lookup(name);
        const answer = await fetch("http://" + address + ":" + port);
        console.log("found " + (await answer.json()).NOMAD_JOB_NAME);
      })().catch((error) => { console.log(String(error)); process.exit(1); })`;

/** Lines to allocations. */
const vethsOf = () => host.run('ip', '-o', 'link', 'show', 'type', 'veth').match(/^\d+: veth/gm) ?? [];

describe('a node that can give allocations a network of their own', () => {
  it('says so', async () => {
    const [{ ID }] = await patiently('the node is there', async () => {
      const { value } = await host.agent.nomad.nodes.list();
      return value.length === 1 && (value as [(typeof value)[0]]);
    });
    const own = (await host.agent.nomad.nodes.read(ID)).value;
    const modes = own?.NodeResources.Networks?.map(({ Mode }) => Mode);
    expect(modes).toEqual(expect.arrayContaining(['host', 'bridge', `cni/${OPERATORS}`]));
    expect(own?.NodeResources.NodeNetworks).toContainEqual(expect.objectContaining({ Mode: 'bridge', Device: BRIDGE }));
    expect(own?.Attributes['plugins.cni.version.bridge']).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('has nothing for a network that nobody describes, and the evaluation says why', async () => {
    const network = 'network { mode = "cni/nowhere" }';
    await host.agent.run(job('nowhere', `${network}\n${node('never', '0')}`));
    const status = await patiently('the placement fails', async () => {
      const { printed } = await host.agent.command('job', 'status', 'nowhere');
      return printed.includes('missing network') && printed;
    });
    expect(status).toMatch(/missing network.* 1 node/);
  });
});

describe('two allocations of a group in bridge mode', () => {
  let allocations: Allocation[];

  beforeAll(async () => {
    await host.agent.run(job('web', `count = 2\n${WEB}`));
    allocations = await host.allocationsOf('web', 2, isRunning);
  });

  it('listen on the same port, each behind a host port of its own', async () => {
    for (const allocation of allocations) {
      const said = await patiently('it answers', () => ask(`http://${host.control}:${hostPort(allocation)}/`));
      expect(said['NOMAD_ALLOC_ID']).toBe(allocation.ID);
    }
  });

  it('have an address of their own, in the API and in "alloc status"', async () => {
    const addresses = allocations.map(({ NetworkStatus }) => NetworkStatus?.Address ?? '');
    expect(new Set(addresses).size).toBe(2);
    for (const address of addresses) expect(address).toMatch(/^10\.231\.0\.\d+$/);
    expect(allocations[0]?.NetworkStatus).toMatchObject({ InterfaceName: 'eth0', DNS: null });
    expect(allocations[0]?.NetworkStatus?.AddressIPv6).toMatch(/^fd00:231::/);
    const { printed } = await host.agent.command('alloc', 'status', allocations[0]?.ID ?? '');
    expect(printed).toContain('Allocation Addresses (mode = "bridge")');
    expect(printed).toMatch(/http +yes +10\.213\.\d+\.1:\d+ -> 8000/);
  });

  it('are told their ports and addresses, inside and outside', async () => {
    const [allocation] = allocations as [Allocation];
    const port = hostPort(allocation);
    const said = await ask(`http://${host.control}:${port}/`);
    const { address } = host;
    const inside = allocation.NetworkStatus?.Address;
    expect(said).toMatchObject({
      NOMAD_PORT_http: '8000',
      NOMAD_HOST_PORT_http: String(port),
      NOMAD_ADDR_http: `${address}:${port}`,
      NOMAD_HOST_ADDR_http: `${address}:${port}`,
      NOMAD_IP_http: address,
      NOMAD_ALLOC_PORT_http: '8000',
      NOMAD_ALLOC_IP_http: inside,
      NOMAD_ALLOC_ADDR_http: `${inside}:8000`,
      NOMAD_ALLOC_INTERFACE_http: 'eth0',
    });
  });

  it('are where "alloc exec" is', async () => {
    const [allocation] = allocations as [Allocation];
    const words = ['alloc', 'exec', '-i=false', '-t=false', allocation.ID, 'ip', '-br', 'address', 'show', 'eth0'];
    const { printed } = await host.agent.command(...words);
    expect(printed).toContain(allocation.NetworkStatus?.Address);
  });

  it('are checked through their host ports, and announced there', async () => {
    const passing = await patiently('both pass', async () => {
      const answer = (await (await host.agent.get('/v1/health/service/web?passing')).json()) as {
        Service: { Address: string; Port: number };
      }[];
      return answer.length === 2 && answer.map(({ Service }) => `${Service.Address}:${Service.Port}`).sort();
    });
    const { address } = host;
    expect(passing).toEqual(allocations.map((each) => `${address}:${hostPort(each)}`).sort());
  });

  it('are found by their name and port from another allocation', async () => {
    const network = 'network { mode = "bridge" }';
    await host.agent.run(job('seeker', `${network}\n${node('seek', SEEK)}`, 'batch'));
    const [seeker] = await host.allocationsOf('seeker', 1, ({ ClientStatus }) => ClientStatus === 'complete');
    expect(await host.output(seeker as Allocation, 'seek')).toBe('found web\n');
  });

  it('are found so by a task with a file system of its own', async () => {
    const network = 'network { mode = "bridge" }';
    const isolated = node('seek', SEEK).replace('"raw_exec"', '"exec"');
    await host.agent.run(job('confined', `${network}\n${isolated}`, 'batch'));
    const [seeker] = await host.allocationsOf('confined', 1, ({ ClientStatus }) => ClientStatus === 'complete');
    expect(await host.output(seeker as Allocation, 'seek')).toBe('found web\n');
    await host.stopped('confined');
  });

  it('leave nothing', async () => {
    await host.stopped('web');
    await host.stopped('seeker');
    await patiently('no line to an allocation is left', () => vethsOf().length === 0);
    await host.noRuleIsLeft();
    const leases = readdirSync(join(LEASES, BRIDGE)).filter((name) => /^(?:\d+\.|fd)/.test(name));
    expect(leases).toEqual([]);
  });
});
