import { connect } from 'node:net';
import type { Outcome, TcpCheckRun } from '../registry/definitions.ts';
import { dialFailure } from './output.ts';

/** Passing when something accepts the connection. */
export function runTcpCheck(check: TcpCheckRun, signal: AbortSignal): Promise<Outcome> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(check.address) ?? [];
  return new Promise((resolve) => {
    const end = (outcome: Outcome) => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const fail = (output: string) => end({ status: 'critical', output });
    const onAbort = () => fail('the check was stopped');
    const socket = connect({ host, port: Number(port), timeout: check.timeoutMs });
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => end({ status: 'passing', output: `TCP connect ${check.address}: Success` }));
    socket.once('timeout', () => fail(`dial tcp ${check.address}: i/o timeout`));
    socket.once('error', (error) => fail(dialFailure(error, check.address)));
  });
}
