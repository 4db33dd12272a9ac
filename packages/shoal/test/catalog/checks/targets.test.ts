import { createSocket } from 'node:dgram';
import { createServer as createHttp2, createSecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { runH2PingCheck } from '../../../src/catalog/checks/h2ping.ts';
import { runHttpCheck } from '../../../src/catalog/checks/http.ts';
import { runOsServiceCheck, unitOutcome } from '../../../src/catalog/checks/os-service.ts';
import { runTcpCheck } from '../../../src/catalog/checks/tcp.ts';
import { runUdpCheck } from '../../../src/catalog/checks/udp.ts';
import { createAuthority, issueCertificate, type KeyPairPem } from '../../../src/rpc/tls/authority.ts';

const never = new AbortController().signal;
const timing = { intervalMs: 1_000, timeoutMs: 3_000 };

let pair: { key: string; cert: string };
beforeAll(async () => {
  const validity = { now: Date.now(), days: 1 };
  const authority: KeyPairPem = await createAuthority({ name: 'nobody knows it', ...validity });
  const name = { role: 'server', region: 'global', dnsNames: ['web.example'], addresses: ['127.0.0.1'] } as const;
  const { key, certificate } = await issueCertificate(authority, name, validity);
  pair = { key, cert: certificate };
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('an h2ping check', () => {
  const h2ping = (address: string, given: { tls?: boolean; tlsSkipVerify?: boolean; timeoutMs?: number } = {}) =>
    runH2PingCheck({ kind: 'h2ping', address, tls: false, tlsSkipVerify: false, ...timing, ...given }, never);

  test('passes when the ping is acknowledged', async () => {
    const { status, output } = await h2ping(await listening(createHttp2()));
    expect(output).toMatch(/^HTTP\/2 ping of 127\.0\.0\.1:\d+: answered in /);
    expect(status).toBe('passing');
  });

  test('by TLS, where the certificate is trusted or need not be', async () => {
    const address = await listening(createSecureServer(pair));
    expect(await h2ping(address, { tls: true })).toMatchObject({ status: 'critical' });
    expect(await h2ping(address, { tls: true, tlsSkipVerify: true })).toMatchObject({ status: 'passing' });
  });

  test('is critical when nobody is there, or it is no HTTP/2', async () => {
    expect((await h2ping('127.0.0.1:1')).output).toContain('connection refused');
    const silent = await listening(createServer());
    expect(await h2ping(silent, { timeoutMs: 100 })).toMatchObject({
      status: 'critical',
      output: `HTTP/2 ping of ${silent}: no answer within 0.1s`,
    });
  });
});

describe('a udp check', () => {
  const udp = (address: string, timeoutMs = 3_000) =>
    runUdpCheck({ kind: 'udp', address, intervalMs: 1_000, timeoutMs }, never);

  async function udpServer(answers: boolean): Promise<string> {
    const socket = createSocket('udp4');
    socket.on('message', (_, { port, address }) => answers && socket.send('here', port, address));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    onTestFinished(() => void socket.close());
    return `127.0.0.1:${socket.address().port}`;
  }

  test('passes when anything comes back', async () => {
    expect(await udp(await udpServer(true))).toMatchObject({ status: 'passing' });
  });

  test('is critical when nothing does, and at once when nobody listens', async () => {
    const silent = await udpServer(false);
    expect(await udp(silent, 100)).toEqual({ status: 'critical', output: `UDP ${silent}: no answer within 0.1s` });
    expect((await udp('127.0.0.1:1')).output).toContain('connection refused');
  });

  test('names a host that cannot be found', async () => {
    expect((await udp('no.such.host.invalid:53')).output).toContain('no such host');
  });
});

describe('a check by TLS', () => {
  test('of tcp passes when the certificate is trusted for the name, or need not be', async () => {
    const address = await listening(createTls(pair));
    const tcp = (given: object) => runTcpCheck({ kind: 'tcp', address, tls: true, ...timing, ...given }, never);
    expect(await tcp({})).toMatchObject({ status: 'critical' });
    expect(await tcp({ tlsSkipVerify: true })).toMatchObject({ status: 'passing' });
  });

  test('of http sends the name that it is told', async () => {
    let asked: string | undefined;
    const server = createHttps(
      {
        ...pair,
        SNICallback: (name, done) => {
          asked = name;
          done(null);
        },
      },
      (_, response) => response.end('ok'),
    );
    const url = `https://${await listening(server)}/`;
    const shape = { kind: 'http', url, method: 'GET', headers: {}, body: '', ...timing } as const;
    const { status } = await runHttpCheck({ ...shape, tlsSkipVerify: true, tlsServerName: 'web.example' }, never);
    expect({ status, asked }).toEqual({ status: 'passing', asked: 'web.example' });
  });
});

describe('an os_service check', () => {
  test.each([
    { shown: 'LoadState=loaded\nActiveState=active\nSubState=running\n', want: 'passing' },
    { shown: 'LoadState=loaded\nActiveState=inactive\nSubState=dead\n', want: 'critical' },
    { shown: 'LoadState=loaded\nActiveState=failed\nSubState=failed\n', want: 'critical' },
    { shown: 'LoadState=loaded\nActiveState=activating\nSubState=start\n', want: 'warning' },
    { shown: 'LoadState=not-found\nActiveState=inactive\nSubState=dead\n', want: 'critical' },
  ])('$shown', ({ shown, want }) => {
    expect(unitOutcome('web', shown).status).toBe(want);
  });

  test('of a unit that no machine has is not passing', async () => {
    const run = { kind: 'os_service', service: 'shoal-no-such-unit', ...timing } as const;
    const { status, output } = await runOsServiceCheck(run, never);
    expect(status).not.toBe('passing');
    expect(output).toContain('shoal-no-such-unit');
  });
});
