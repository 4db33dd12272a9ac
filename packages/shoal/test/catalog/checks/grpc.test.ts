import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runGrpcCheck } from '../../../src/catalog/checks/grpc.ts';

const never = new AbortController().signal;

/** A gRPC server whose health service knows the server itself and `web`. */
async function aServer(statuses: Record<string, number>): Promise<string> {
  const server: Http2Server = createServer();
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const name = Buffer.concat(chunks).subarray(7).toString();
      const status = headers[':path'] === '/grpc.health.v1.Health/Check' ? statuses[name] : undefined;
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () =>
        stream.sendTrailers(
          status === undefined ? { 'grpc-status': '5', 'grpc-message': 'unknown service' } : { 'grpc-status': '0' },
        ),
      );
      stream.end(status === undefined ? undefined : Buffer.from([0, 0, 0, 0, 2, 0x08, status]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const check = (address: string, service = '', timeoutMs = 2_000) =>
  runGrpcCheck(
    { kind: 'grpc', address, service, tls: false, tlsSkipVerify: false, intervalMs: 1_000, timeoutMs },
    never,
  );

describe('a grpc check', () => {
  test.each([
    { name: 'passes when the server serves', service: '', want: 'passing' },
    { name: 'passes when the service serves', service: 'web', want: 'passing' },
    { name: 'is critical when it does not', service: 'db', want: 'critical' },
    { name: 'is critical when nobody knows it', service: 'none', want: 'critical' },
  ])('$name', async ({ service, want }) => {
    const address = await aServer({ '': 1, web: 1, db: 2 });
    expect((await check(address, service)).status).toBe(want);
  });

  test('says why', async () => {
    const address = await aServer({ db: 2 });
    expect((await check(address, 'db')).output).toBe(`gRPC check ${address}/db: NOT_SERVING`);
    expect((await check(address, 'none')).output).toContain('rpc error: code = 5 desc = unknown service');
    expect((await check('127.0.0.1:1')).output).toContain('connection refused');
  });

  test('gives up when its time is over', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    expect((await check(`127.0.0.1:${port}`, '', 100)).output).toContain('context deadline exceeded');
  });
});
