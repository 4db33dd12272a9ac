import { type IncomingMessage, request as requestTo, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PlaneContext } from './context.ts';
import { countResponse } from './counters.ts';
import { type Client, isTrusted, plainAddress, type RawHeaders, requestHeaders, responseHeaders } from './headers.ts';
import { type PageStatus, pageOf } from './pages.ts';
import { forwardedPath, isStripped, requestTarget } from './request-target.ts';
import { chooseTarget, type Target } from './routing.ts';
import { forgive, penalise, type Upstream } from './upstream.ts';

const KEEP_ALIVE_PROBE_MS = 30_000;

/**
 * A request that wants another protocol on its connection, such as WebSocket. When the instance agrees, both connections become one tunnel. When it does not,
 * its answer is passed on and the connection ends: bytes that came behind the request never reach an instance unseen.
 */
export function serveUpgrade(context: PlaneContext, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { counters, settings, routing, now } = context;
  const target = requestTarget(request);
  const tried: Upstream[] = [];

  counters.requests += 1;
  counters.active += 1;
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    counters.active -= 1;
  });
  // HTTP/2 in clear text would carry requests past the routes.
  const wantsHttp2 = /^h2c?$/i.test(request.headers.upgrade ?? '');
  if (!target || wantsHttp2 || hasBody(request)) {
    counters.badRequests += 1;
    refuse(400);
  } else {
    attempt();
  }

  function attempt(): void {
    const route = target && routing.match(target.host, target.path);
    const chosen = route && chooseTarget(route, tried, now());
    if (chosen && tried.length < settings.mostAttempts) {
      connect(chosen);
      return;
    }
    if (!route) counters.noRoute += 1;
    else if (route.targets.length === 0) counters.noInstance += 1;
    refuse(!route ? 404 : route.targets.length === 0 ? 503 : 502);
  }

  function connect({ upstream, strip }: Target): void {
    tried.push(upstream);
    upstream.active += 1;
    let isOver = false;
    const outgoing = requestTo({
      host: upstream.address,
      port: upstream.port,
      method: request.method ?? 'GET',
      path: target ? forwardedPath(target, strip) : '/',
      headers: upgradeHeaders(strip),
      agent: false,
      timeout: settings.connectTimeoutMs,
    });
    const over = (): void => {
      if (!isOver) upstream.active -= 1;
      isOver = true;
    };
    const abandon = (): void => void outgoing.destroy();
    let isConnected = false;
    socket.once('close', abandon);
    outgoing.once('socket', (connection) =>
      connection.once('connect', () => {
        isConnected = true;
        outgoing.setTimeout(settings.responseTimeoutMs);
      }),
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.once('close', over);
    outgoing.once('upgrade', (answer, far, farHead) => {
      isOver = true;
      forgive(upstream);
      join(upstream, answer, far, farHead);
    });
    outgoing.once('response', (answer) => {
      forgive(upstream);
      passOn(answer);
    });
    outgoing.once('error', () => {
      socket.off('close', abandon);
      over();
      if (socket.destroyed) return;
      counters.upstreamFailures += 1;
      if (isConnected) {
        refuse(502);
        return;
      }
      penalise(upstream, now());
      counters.retries += 1;
      attempt();
    });
    outgoing.end();
  }

  function upgradeHeaders(strip: string): RawHeaders {
    const prefix = target && isStripped(target, strip) ? strip : '';
    return [
      ...requestHeaders(request.rawHeaders, clientOf(), target?.host ?? '', prefix),
      'Connection',
      'Upgrade',
      'Upgrade',
      request.headers.upgrade ?? '',
    ];
  }

  /** Both directions run with back-pressure; the end of one side is the end of its direction, a failure is the end of both. */
  function join(upstream: Upstream, answer: IncomingMessage, far: Duplex, farHead: Buffer): void {
    counters.upgrades += 1;
    countResponse(counters, 101);
    const farSocket = far as Socket;
    for (const side of [socket, farSocket]) {
      side.setTimeout(0);
      side.setNoDelay(true);
      side.setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
    }
    socket.write(
      headText(101, answer.statusMessage, [
        ...responseHeaders(answer.rawHeaders),
        'Connection',
        'Upgrade',
        'Upgrade',
        answer.headers.upgrade ?? '',
      ]),
    );
    if (farHead.length > 0) socket.write(farHead);
    if (head.length > 0) farSocket.write(head);
    farSocket.on('error', () => socket.destroy());
    farSocket.once('close', () => {
      upstream.active -= 1;
      socket.destroySoon();
    });
    socket.once('close', () => farSocket.destroy());
    socket.pipe(farSocket);
    farSocket.pipe(socket);
  }

  /** The body ends with the connection, unless the instance named its length. */
  function passOn(answer: IncomingMessage): void {
    const status = answer.statusCode ?? 502;
    countResponse(counters, status);
    socket.write(
      headText(status, answer.statusMessage, [...responseHeaders(answer.rawHeaders), 'Connection', 'close']),
    );
    answer.once('error', () => socket.destroy());
    answer.pipe(socket);
    // Whatever the client still sends is read and forgotten, so that its end is noticed.
    socket.resume();
  }

  function refuse(status: PageStatus): void {
    countResponse(counters, status);
    const { body, headers } = pageOf(status, request.headers.accept);
    socket.end(
      headText(status, STATUS_CODES[status], [...Object.entries(headers).flat(), 'Connection', 'close']) + body,
    );
    socket.resume();
  }

  function clientOf(): Client {
    const address = plainAddress(socket.remoteAddress);
    return { address, port: socket.localPort ?? 0, protocol: 'http', isTrusted: isTrusted(context.trusted, address) };
  }
}

function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

function headText(status: number, message: string | undefined, headers: RawHeaders): string {
  let text = `HTTP/1.1 ${status} ${message ?? STATUS_CODES[status] ?? ''}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}\r\n`;
}
