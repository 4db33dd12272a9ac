import { expect, test } from 'vitest';
import { distribution, hostInfo, memory, processors } from '../../../src/http/consul/agent-host.ts';

test('memory is read in bytes', () => {
  const meminfo =
    'MemTotal:  1000 kB\nMemFree:   200 kB\nMemAvailable:  600 kB\nBuffers: 50 kB\nCached:  250 kB\nSwapTotal: 0 kB\n';
  expect(memory(meminfo)).toMatchObject({
    total: 1_024_000,
    free: 204_800,
    available: 614_400,
    used: 512_000,
    usedPercent: 50,
  });
});

test('processors are one object each', () => {
  const cpuinfo = [0, 1]
    .map(
      (at) =>
        `processor\t: ${at}\nvendor_id\t: X\nmodel name\t: Fast\ncpu MHz\t\t: 2500.5\ncore id\t\t: ${at}\nflags\t\t: fpu sse\n`,
    )
    .join('\n');
  expect(processors(cpuinfo)).toMatchObject([
    { cpu: 0, vendorId: 'X', modelName: 'Fast', mhz: 2500.5, coreId: '0', flags: ['fpu', 'sse'] },
    { cpu: 1, coreId: '1' },
  ]);
  expect(processors('')).toEqual([]);
});

test.each([
  {
    text: 'ID=debian\nVERSION_ID="12"\n',
    want: { platform: 'debian', platformFamily: 'debian', platformVersion: '12' },
  },
  {
    text: 'ID=ubuntu\nID_LIKE="debian x"\nVERSION_ID="22.04"\n',
    want: { platform: 'ubuntu', platformFamily: 'debian', platformVersion: '22.04' },
  },
  { text: '', want: { platform: process.platform, platformFamily: '', platformVersion: '' } },
])('the distribution of $want.platform', ({ text, want }) => {
  expect(distribution(text)).toEqual(want);
});

test('this machine has all of it', async () => {
  const { Memory, CPU, Host, Disk } = await hostInfo('id', Date.now());
  expect(Memory.total).toBeGreaterThan(Memory.available);
  expect(CPU.length).toBeGreaterThan(0);
  expect(Host.procs).toBeGreaterThan(1);
  expect(Disk.inodesUsedPercent).toBeLessThanOrEqual(100);
});
