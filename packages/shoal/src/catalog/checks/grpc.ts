import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { GrpcCheckRun, Outcome } from '../registry/definitions.ts';
import { dialFailure } from './output.ts';
import { tlsOptions } from './tls.ts';

const PATH = '/grpc.health.v1.Health/Check';
/** `SERVING` of the protocol's ServingStatus. */
const SERVING = 1;
const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
/** A health answer is a few bytes. */
const MAX_ANSWER = 64 * 1024;

/** Asks by gRPC's health checking protocol (https://github.com/grpc/grpc/blob/master/doc/health-checking.md): passing if it is serving. Never rejects. */
export async function runGrpcCheck(check: GrpcCheckRun, signal: AbortSignal): Promise<Outcome> {
  const { address, service, timeoutMs } = check;
  const failed = (reason: string): Outcome => ({
    status: 'critical',
    output: `gRPC check ${address}${service === '' ? '' : `/${service}`}: ${reason}`,
  });
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const status = await ask(check, AbortSignal.any([signal, late]));
    if (status === SERVING) return { status: 'passing', output: `gRPC check ${address}: success` };
    return failed(STATUSES[status] ?? `status ${status}`);
  } catch (error) {
    // A stream that was cut off keeps what happened in the cause.
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return failed(late.aborted ? 'context deadline exceeded' : dialFailure(cause, address));
  }
}

async function ask(check: GrpcCheckRun, signal: AbortSignal): Promise<number> {
  const session = connect(`${check.tls ? 'https' : 'http'}://${check.address}`, tlsOptions(check));
  const onAbort = () => session.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await request(session, check.service);
  } finally {
    signal.removeEventListener('abort', onAbort);
    session.destroy();
  }
}

function request(session: ClientHttp2Session, service: string): Promise<number> {
  return new Promise((resolve, reject) => {
    session.once('error', reject);
    session.once('close', () => reject(new Error('the connection was closed')));
    const stream = session.request({
      ':method': 'POST',
      ':path': PATH,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    collect(stream, resolve, reject);
    stream.end(frame(service));
  });
}

function collect(stream: ClientHttp2Stream, resolve: (status: number) => void, reject: (error: Error) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  let status: unknown;
  let message: unknown;
  const note = (headers: Record<string, unknown>) => {
    status = headers['grpc-status'] ?? status;
    message = headers['grpc-message'] ?? message;
  };
  stream.on('response', (headers) => {
    note(headers);
    if (headers[':status'] !== 200) reject(new Error(`it answered HTTP ${headers[':status']}`));
  });
  stream.on('trailers', note);
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= MAX_ANSWER) chunks.push(chunk);
  });
  stream.once('error', reject);
  stream.once('end', () => {
    if (status === undefined) reject(new Error('it did not answer as a gRPC server does'));
    else if (String(status) !== '0') {
      reject(new Error(`rpc error: code = ${status} desc = ${String(message ?? '')}`));
    } else resolve(servingStatus(Buffer.concat(chunks)));
  });
}

/** A message behind its five bytes of header: not compressed, its length. `service` is field 1 of the request. */
function frame(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a]), varint(name.length), name]);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** `status` is field 1 of the answer; left out it is 0. */
function servingStatus(answer: Buffer): number {
  const message = answer.subarray(5);
  return message[0] === 0x08 ? (message[1] ?? 0) : 0;
}
