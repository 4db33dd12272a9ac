import { type ClientHttp2Session, connect } from 'node:http2';
import type { H2PingCheckRun, Outcome } from '../registry/definitions.ts';
import { dialFailure } from './output.ts';
import { tlsOptions } from './tls.ts';

/** Connects by HTTP/2 and sends a PING (RFC 9113, section 6.7): passing when it is acknowledged. Never rejects. */
export async function runH2PingCheck(check: H2PingCheckRun, signal: AbortSignal): Promise<Outcome> {
  const { address, timeoutMs } = check;
  const failed = (reason: string): Outcome => ({ status: 'critical', output: `HTTP/2 ping of ${address}: ${reason}` });
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const milliseconds = await ping(check, AbortSignal.any([signal, late]));
    return { status: 'passing', output: `HTTP/2 ping of ${address}: answered in ${milliseconds.toFixed(1)} ms` };
  } catch (error) {
    return failed(late.aborted ? `no answer within ${timeoutMs / 1000}s` : dialFailure(error, address));
  }
}

async function ping(check: H2PingCheckRun, signal: AbortSignal): Promise<number> {
  const session = connect(`${check.tls ? 'https' : 'http'}://${check.address}`, tlsOptions(check));
  const onAbort = () => session.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await answered(session);
  } finally {
    signal.removeEventListener('abort', onAbort);
    session.destroy();
  }
}

function answered(session: ClientHttp2Session): Promise<number> {
  return new Promise((resolve, reject) => {
    session.once('error', reject);
    session.once('close', () => reject(new Error('the connection was closed')));
    // A session without streams pings as soon as the preface is through.
    session.once('connect', () =>
      session.ping((error, milliseconds) => (error ? reject(error) : resolve(milliseconds))),
    );
  });
}
