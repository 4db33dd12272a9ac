import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Outcome, UdpCheckRun } from '../registry/definitions.ts';
import { dialFailure } from './output.ts';

/** There is no datagram that every server would answer; what is sent says who asks. */
const DATAGRAM = 'Shoal Health Check';

/** Sends a datagram: passing when anything comes back, as Consul's documentation has it. Never rejects. */
export function runUdpCheck(check: UdpCheckRun, signal: AbortSignal): Promise<Outcome> {
  const { address, timeoutMs } = check;
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const end = (outcome: Outcome) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      // What still fails while it closes is nobody's any more.
      socket.on('error', () => undefined);
      socket.close();
      resolve(outcome);
    };
    const fail = (reason: string) => end({ status: 'critical', output: `UDP ${address}: ${reason}` });
    const onAbort = () => fail('the check was stopped');
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs / 1000}s`), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', (error) => fail(dialFailure(error, address).replace('dial tcp', 'dial udp')));
    socket.once('message', () => end({ status: 'passing', output: `UDP ${address}: answered` }));
    // A connected socket learns of a port that nobody listens on (ICMP).
    socket.connect(Number(port), host);
    socket.once('connect', () => socket.send(DATAGRAM));
  });
}
