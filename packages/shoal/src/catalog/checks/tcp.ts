import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Outcome, TcpCheckRun } from '../registry/definitions.ts';
import { dialFailure } from './output.ts';
import { tlsOptions } from './tls.ts';

/** Passing when something accepts the connection; with `tls`, when it also shows a certificate that is trusted. */
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
    const target = { host, port: Number(port), timeout: check.timeoutMs };
    const trust = tlsOptions({ ...check, tlsSkipVerify: check.tlsSkipVerify ?? false });
    const socket = check.tls ? connectTls({ ...target, ...trust }) : connect(target);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once(check.tls ? 'secureConnect' : 'connect', () =>
      end({ status: 'passing', output: `TCP connect ${check.address}: Success` }),
    );
    socket.once('timeout', () => fail(`dial tcp ${check.address}: i/o timeout`));
    socket.once('error', (error) => fail(dialFailure(error, check.address)));
  });
}
