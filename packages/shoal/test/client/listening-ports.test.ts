import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseListeners, processOfSocket, tcpListeners } from '../../src/client/listening-ports.ts';

const HEADING = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n`;

describe('a line of /proc/net/tcp', () => {
  const cases = [
    { name: 'loopback', given: line('0100007F:1F90', '0A'), want: [{ address: '127.0.0.1', port: 8080, inode: 4711 }] },
    { name: 'any address', given: line('00000000:0050', '0A'), want: [{ address: '*', port: 80, inode: 4711 }] },
    {
      name: 'any address of IPv6',
      given: line(`${'0'.repeat(32)}:0050`, '0A'),
      want: [{ address: '*', port: 80, inode: 4711 }],
    },
    {
      name: 'one address of IPv6',
      given: line('B80D01200000000000000000010000FF:0050', '0A'),
      want: [{ address: '2001:0db8:0000:0000:0000:0000:ff00:0001', port: 80, inode: 4711 }],
    },
    { name: 'a connection', given: line('0100007F:1F90', '01'), want: [] },
    { name: 'nothing', given: '', want: [] },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    expect(parseListeners(HEADING + given)).toEqual(want);
  });
});

test('a listening socket is found, and whose it is', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const found = tcpListeners().find((one) => one.port === port && one.address === '127.0.0.1');
  expect(processOfSocket(found?.inode ?? 0)).toBe(process.pid);
});
