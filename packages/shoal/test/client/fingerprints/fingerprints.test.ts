import { describe, expect, test } from 'vitest';
import { computedClass } from '../../../src/client/computed-class.ts';
import { fingerprints } from '../../../src/client/fingerprints/all.ts';
import { parseCpuInfo } from '../../../src/client/fingerprints/cpu.ts';
import type { FingerprintContext, Machine } from '../../../src/client/fingerprints/fingerprint.ts';
import { parseOsRelease } from '../../../src/client/fingerprints/host.ts';
import { thisMachine } from '../../../src/client/fingerprints/machine.ts';
import { parseMemTotal } from '../../../src/client/fingerprints/memory.ts';
import { defaultInterface } from '../../../src/client/fingerprints/network.ts';
import { deviceOf } from '../../../src/client/fingerprints/storage.ts';
import { composeNode } from '../../../src/client/node.ts';
import { aNode, aNodeConfig } from '../support/builders.ts';
import { scriptedDriver, scriptedMachine } from '../support/scripted-driver.ts';

const address = (text: string, family = 'IPv4') => ({
  address: text,
  family,
  mac: '02:00:00:00:00:01',
  internal: false,
  cidr: null,
});

/** A small ARM board: no speed in cpuinfo, two interfaces. */
const board: Machine = {
  readText: async (path) =>
    ({
      '/proc/cpuinfo': 'processor\t: 0\nBogoMIPS\t: 108.00\n\nprocessor\t: 1\nBogoMIPS\t: 108.00\n',
      '/proc/meminfo': 'MemTotal:        1024000 kB\nMemFree: 5 kB\n',
      '/etc/os-release': 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.1\n',
      '/proc/net/route':
        'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\nwlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\neth0\t00000000\t0101A8C0\t0003\t0\t0\t100\n',
      '/sys/class/net/eth0/speed': '100\n',
      '/proc/self/mounts': '/dev/root / ext4 rw 0 0\n/dev/sda1 /data ext4 rw 0 0\n',
    })[path],
  statfs: async () => ({ totalBytes: 8_000_000_000, freeBytes: 2_097_152_000 }),
  hostname: () => 'pi',
  arch: () => 'arm64',
  platform: () => 'linux',
  release: () => '6.6.1',
  interfaces: () => ({
    lo: [{ ...address('127.0.0.1'), internal: true }],
    wlan0: [address('192.168.1.9')],
    eth0: [address('fe80::1', 'IPv6'), address('fd00::8', 'IPv6'), address('192.168.1.8')],
  }),
};

async function nodeOf(machine: Machine, changes: Parameters<typeof aNodeConfig>[1] = {}) {
  const config = aNodeConfig('/data/shoal', { networkInterface: '', ...changes });
  const context: FingerprintContext = { config, machine, drivers: [scriptedDriver(scriptedMachine())], now: () => 0 };
  const findings = await Promise.all(fingerprints.map((fingerprint) => fingerprint.run(context)));
  return composeNode({ id: 'i', secret: 's' }, config, findings);
}

describe('a node', () => {
  test('is what was found out', async () => {
    const node = await nodeOf(board);
    expect(node.Attributes).toMatchObject({
      'cpu.arch': 'arm64',
      'cpu.numcores': '2',
      'cpu.frequency': '1000',
      'cpu.totalcompute': '2000',
      'memory.totalbytes': '1048576000',
      'os.name': 'alpine',
      'os.version': '3.20.1',
      'kernel.name': 'linux',
      'kernel.version': '6.6.1',
      'unique.hostname': 'pi',
      'unique.network.ip-address': '192.168.1.8',
      'unique.storage.volume': '/dev/sda1',
      'unique.storage.bytesfree': '2097152000',
      'driver.scripted': '1',
      'nomad.version': '1.6.1',
      'consul.datacenter': 'dc1',
    });
    expect(node.NodeResources).toMatchObject({
      Cpu: { CpuShares: 2000, TotalCpuCores: 2 },
      Memory: { MemoryMB: 1000 },
      Disk: { DiskMB: 2000 },
      Networks: [
        { Device: 'eth0', IP: '192.168.1.8', CIDR: '192.168.1.8/32', MBits: 100 },
        { Device: 'eth0', IP: 'fd00::8', CIDR: 'fd00::8/128' },
      ],
    });
    expect(node.NodeResources.NodeNetworks?.[0]?.Addresses?.map(({ Family }) => Family)).toEqual(['ipv4', 'ipv6']);
  });

  test('is what the operator says, where they say it', async () => {
    const node = await nodeOf(board, {
      networkInterface: 'wlan0',
      cpuTotalCompute: 20_000,
      memoryTotalMB: 512,
      reserved: { cpuMHz: 100, memoryMB: 64, diskMB: 10, ports: '22' },
    });
    expect(node.NodeResources.Cpu.CpuShares).toBe(20_000);
    expect(node.NodeResources.Networks?.[0]?.IP).toBe('192.168.1.9');
    expect(node.ReservedResources).toMatchObject({ Memory: { MemoryMB: 64 }, Networks: { ReservedHostPorts: '22' } });
  });

  test('has the host networks of its configuration beside the default one', async () => {
    const network = { cidr: undefined, interface: undefined, reservedPorts: '' };
    const node = await nodeOf(board, {
      hostNetworks: [
        { ...network, name: 'wifi', interface: 'wlan0', reservedPorts: '22,80' },
        { ...network, name: 'lan', cidr: '192.168.0.0/16' },
        { ...network, name: 'lan', cidr: 'fd00::/8', interface: 'eth0' },
        { ...network, name: 'default', interface: 'wlan0' },
        { ...network, name: 'nowhere', cidr: '10.0.0.0/8' },
      ],
    });
    const shown = node.NodeResources.NodeNetworks?.map(({ Device, Speed, Addresses }) => [
      `${Device} ${Speed}`,
      Addresses?.map(({ Alias, Address, ReservedPorts }) => `${Alias} ${Address} ${ReservedPorts}`.trim()),
    ]);
    expect(shown).toEqual([
      ['eth0 100', ['default 192.168.1.8', 'default fd00::8', 'lan 192.168.1.8', 'lan fd00::8']],
      ['wlan0 1000', ['wifi 192.168.1.9 22,80', 'lan 192.168.1.9', 'default 192.168.1.9']],
    ]);
    expect(node.NodeResources.Networks?.map(({ IP }) => IP)).toEqual(['192.168.1.8', 'fd00::8']);
  });

  test('tells where the DNS of its agent is, if there is one', async () => {
    const { Attributes } = await nodeOf(board, { dns: { address: '172.17.0.1', port: 53 } });
    expect(Attributes).toMatchObject({ 'consul.dns.addr': '172.17.0.1', 'consul.dns.port': '53' });
    expect((await nodeOf(board, {})).Attributes).not.toHaveProperty('consul.dns.addr');
  });

  test('of this very machine has all that placements need', async () => {
    const { NodeResources: found, Attributes } = await nodeOf(thisMachine, { dataDir: '/' });
    expect(Math.min(found.Cpu.CpuShares, found.Memory.MemoryMB, found.Disk.DiskMB)).toBeGreaterThan(100);
    expect(Attributes['unique.network.ip-address']).toMatch(/[.:]/);
  });
});

test.each([
  {
    name: 'the fastest core counts',
    given: 'processor : 0\nmodel name : X\ncpu MHz : 800.0\n\nprocessor : 1\ncpu MHz : 2600.5',
    want: { cores: 2, model: 'X', mhz: 2600.5 },
  },
  { name: 'a machine that says nothing has one core', given: '', want: { cores: 1, model: undefined, mhz: undefined } },
])('cpuinfo: $name', ({ given, want }) => {
  expect(parseCpuInfo(given)).toEqual(want);
});

test('small parsers give nothing for nothing', () => {
  expect([parseMemTotal(''), defaultInterface(''), deviceOf('/x', ''), parseOsRelease('').id]).toEqual(
    Array(4).fill(undefined),
  );
  expect(parseOsRelease('ID="opensuse-leap"\nVERSION_ID="15.5"')).toEqual({ id: 'opensuse-leap', version: '15.5' });
});

describe('the computed class', () => {
  const plain = computedClass(aNode());
  test.each([
    { name: 'is the same for another name and id', node: aNode({ ID: 'x', Name: 'y' }), same: true },
    {
      name: 'is the same for another unique attribute',
      node: aNode({ Attributes: { ...aNode().Attributes, 'unique.hostname': 'h' } }),
      same: true,
    },
    { name: 'is the same for unique meta', node: aNode({ Meta: { rack: 'r1', 'unique.serial': '7' } }), same: true },
    {
      name: 'is the same in another order',
      node: aNode({ Attributes: Object.fromEntries(Object.entries(aNode().Attributes).reverse()) }),
      same: true,
    },
    {
      name: 'differs by attribute',
      node: aNode({ Attributes: { 'kernel.name': 'linux', 'cpu.arch': 'arm64' } }),
      same: false,
    },
    { name: 'differs by meta', node: aNode({ Meta: { rack: 'r2' } }), same: false },
    { name: 'differs by node class', node: aNode({ NodeClass: 'small' }), same: false },
    { name: 'differs by datacenter', node: aNode({ Datacenter: 'dc2' }), same: false },
  ])('$name', ({ node, same }) => {
    expect(computedClass(node) === plain).toBe(same);
  });
});

test('a driver that cannot say is not there', async () => {
  const driver = { ...scriptedDriver(scriptedMachine()), fingerprint: () => Promise.reject(new Error('no daemon')) };
  const context = { config: aNodeConfig('/'), machine: board, drivers: [driver], now: () => 0 };
  const finding = await fingerprints.find(({ name }) => name === 'drivers')?.run(context);
  expect(finding?.drivers?.['scripted']).toMatchObject({ Detected: false, HealthDescription: 'no daemon' });
  expect(finding?.attributes).toEqual({});
});
