import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { PlaneContext } from './context.ts';
import { countResponse } from './counters.ts';
import { type Failure, failureOf, isConnectTimeout, RetiredError } from './failure.ts';
import {
  type Client,
  headerValue,
  isTrusted,
  plainAddress,
  type RawHeaders,
  requestHeaders,
  responseHeaders,
} from './headers.ts';
import { type PageStatus, sendPage } from './pages.ts';
import { forwardedPath, isStripped, requestTarget } from './request-target.ts';
import { chooseTarget, type Target } from './routing.ts';
import { forgive, penalise, type Upstream } from './upstream.ts';

/** Methods that may be done twice (RFC 9110 section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** So much of a body that nobody wants is read, so that the client sees the answer; then the connection is cut. */
const MOST_UNWANTED_BYTES = 1024 * 1024;
/** A body of no more bytes, if it comes as a whole, goes out in one piece with its header: one write instead of two that must be gathered. */
const MOST_WHOLE_BYTES = 16 * 1024;

const ignore = (): void => undefined;

/**
 * One request and its answer.
 *
 *     matched → trying (connect, send) → answering → done
 *                 ↑        ↓ failed before the answer began, and may be repeated
 *                 └────────┘ on another instance
 *
 * A client that goes away ends the attempt; an instance that goes away in the middle of its answer cuts the client, which must not take half an
 * answer for a whole one.
 */
export function serveExchange(
  context: PlaneContext,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): void {
  const { counters, settings, routing, now } = context;
  const startedAt = now();
  const target = requestTarget(request);
  const hasBody = carriesBody(request);
  const tried: Upstream[] = [];
  let attempts = 0;
  let controller: Dispatcher.DispatchController | undefined;
  let isAnswering = false;
  let isClientGone = false;
  let isContinued = !expectsContinue;
  /** Length of a body that is small enough to go out with its header. A chunk of this length is all of it. */
  let wholeBytes: number | undefined;

  counters.requests += 1;
  counters.active += 1;
  request.on('error', ignore);
  response.on('error', ignore);
  response.on('drain', () => controller?.resume());
  response.on('close', finish);

  if (!target) {
    counters.badRequests += 1;
    refuse(400);
  } else {
    attempt();
  }

  function attempt(): void {
    // Looked up anew each time: the instance that failed may be gone by now, and another one there.
    const route = target && routing.match(target.host, target.path);
    if (!route) {
      counters.noRoute += 1;
      refuse(404);
      return;
    }
    const chosen = chooseTarget(route, tried, now());
    if (chosen) {
      send(chosen);
      return;
    }
    if (route.targets.length === 0) counters.noInstance += 1;
    refuse(route.targets.length === 0 ? 503 : 502);
  }

  function send(chosen: Target): void {
    const { upstream, strip } = chosen;
    tried.push(upstream);
    attempts += 1;
    upstream.active += 1;
    let wasSent = false;
    const options = {
      method: request.method as Dispatcher.HttpMethod,
      path: target ? forwardedPath(target, strip) : '/',
      headers: requestHeaders(
        request.rawHeaders,
        clientOf(),
        target?.host ?? '',
        target && isStripped(target, strip) ? strip : '',
      ),
      body: hasBody ? request : null,
    };
    upstream.pool.dispatch(options, {
      onRequestStart(started) {
        // Thrown, not aborted: an abort would destroy the body, which the next instance needs.
        if (upstream.isRetired) throw new RetiredError();
        controller = started;
        wasSent = true;
        if (isClientGone) started.abort(new Error('the client is gone'));
        else continueOnce();
      },
      onResponseStart(_, status, _headers, message) {
        if (status >= 200) answer(upstream, status, message ?? '');
      },
      onResponseData(_, chunk) {
        if (chunk.length === wholeBytes) response.write(chunk.toString('latin1'), 'latin1');
        else if (!response.write(chunk)) controller?.pause();
      },
      onResponseEnd() {
        upstream.active -= 1;
        controller = undefined;
        // A tick later it is written, and its end adds nothing that would have to be gathered with it.
        if (wholeBytes === undefined) response.end();
        else process.nextTick(endResponse, response);
      },
      onResponseError(_, error) {
        upstream.active -= 1;
        controller = undefined;
        fail(upstream, error, wasSent);
      },
    });
  }

  /** The body is asked for when there is somebody to take it. */
  function continueOnce(): void {
    if (isContinued) return;
    isContinued = true;
    response.writeContinue();
  }

  function answer(upstream: Upstream, status: number, message: string): void {
    isAnswering = true;
    if (upstream.failures > 0) forgive(upstream);
    const headers = responseHeaders((controller?.rawHeaders ?? []) as Buffer[]);
    // An answer before the end of the request: what is left of the request is nobody's, so the connection cannot go on.
    if (context.isStopping() || !request.complete) headers.push('Connection', 'close');
    wholeBytes = smallLength(headers);
    response.writeHead(status, message, headers);
    countResponse(counters, status);
    // A stream may have nothing to say for a while; its header must not wait for that.
    process.nextTick(flushHeader, response);
  }

  function fail(upstream: Upstream, error: unknown, wasSent: boolean): void {
    if (isClientGone) return;
    if (isAnswering) {
      counters.upstreamFailures += 1;
      response.destroy();
      return;
    }
    const failure = failureOf(error, wasSent);
    if (failure === 'invalid') {
      counters.badRequests += 1;
      refuse(400);
      return;
    }
    if (failure !== 'retired') counters.upstreamFailures += 1;
    if (failure === 'unreachable') penalise(upstream, now());
    if (mayRepeat(failure)) repeat(upstream, failure);
    else refuse(failure === 'slow' || isConnectTimeout(error) ? 504 : 502);
  }

  function mayRepeat(failure: Failure): boolean {
    if (attempts >= settings.mostAttempts) return false;
    if (failure === 'broken') return !hasBody && IDEMPOTENT.has(request.method ?? '');
    return failure === 'unreachable' || failure === 'retired';
  }

  function repeat(upstream: Upstream, failure: Failure): void {
    counters.retries += 1;
    // A kept connection that broke says little about the instance: when it is the only one, it gets a second chance.
    const isOnlyOne = failure === 'broken' && attempts === 1;
    if (isOnlyOne && !othersThan(upstream)) tried.length = 0;
    attempt();
  }

  function othersThan(upstream: Upstream): boolean {
    const route = target && routing.match(target.host, target.path);
    return route?.targets.some((one) => one.upstream !== upstream) ?? false;
  }

  function refuse(status: PageStatus): void {
    if (!response.headersSent) countResponse(counters, status);
    // Without "100 Continue" the client may send its body or not: where the next request begins is unknown.
    if (!isContinued || request.destroyed || context.isStopping()) response.setHeader('Connection', 'close');
    sendPage(response, status, request.headers.accept);
    if (hasBody && !request.destroyed) readUnwanted(request);
  }

  function finish(): void {
    counters.active -= 1;
    if (!response.writableFinished) {
      isClientGone = true;
      if (controller) {
        counters.clientAborts += 1;
        controller.abort(new Error('the client is gone'));
      }
    }
    context.accessLog?.({
      method: request.method ?? '',
      host: target?.host ?? '',
      path: target?.path ?? '',
      status: response.headersSent ? response.statusCode : 0,
      durationMs: now() - startedAt,
      client: clientOf().address,
      upstream: shownUpstream(tried.at(-1)),
      attempts,
    });
  }

  function clientOf(): Client {
    // The response's socket: undici takes the request's away when a body ends early.
    const { remoteAddress, localPort } = response.socket ?? request.socket ?? {};
    const address = plainAddress(remoteAddress);
    return { address, port: localPort ?? 0, protocol: 'http', isTrusted: isTrusted(context.trusted, address) };
  }
}

function endResponse(response: ServerResponse): void {
  response.end();
}

function flushHeader(response: ServerResponse): void {
  if (!response.destroyed && !response.writableEnded && response.writableLength === 0) response.flushHeaders();
}

function smallLength(headers: RawHeaders): number | undefined {
  const bytes = Number(headerValue(headers, 'content-length') ?? 0);
  return bytes > 0 && bytes <= MOST_WHOLE_BYTES ? bytes : undefined;
}

function carriesBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

function readUnwanted(request: IncomingMessage): void {
  const { socket } = request;
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_UNWANTED_BYTES) socket.destroy();
  });
}

function shownUpstream(upstream: Upstream | undefined): string {
  return upstream ? `${upstream.address}:${upstream.port}` : '';
}
