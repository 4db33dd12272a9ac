import type { ServerResponse } from 'node:http';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Answer, AnswerBody } from './answer.ts';
import { BadRequestError, BodyTooLargeError, isExpected, messageOf, statusOf } from './errors.ts';
import { toJson } from './json.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { cleaned, escapedPath, isPrintable, pathOf, queryOf } from './paths.ts';
import type { ApiRequest, Method } from './request.ts';
import { checkSafety, type Safety } from './safety.ts';

/**
 * Turns a list of endpoints into a server. What Nomad's and Consul's APIs have in common is here: paths are cleaned, names checked, bodies bounded,
 * methods refused, failures answered. Where they differ, the dialect decides. Handlers take values and return values.
 */
export type Handler = (request: ApiRequest) => Answer | Promise<Answer>;

export type Endpoint = {
  /** `:name` is one element, a final `*` the rest of the path (as Go's patterns that end in a slash). */
  readonly path: string;
  /** In the order in which `Allow` lists them. */
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
  /** Bytes; DEFAULT_BODY_LIMIT unless given. */
  readonly bodyLimit?: number;
};

/** How an API words what no handler answers. */
export type Dialect = {
  /** Paths with control characters and their like are refused. */
  readonly printablePaths?: boolean;
  unknownPath(): Answer;
  /** `allowed` are the endpoint's methods. Also asked for OPTIONS and HEAD. */
  otherMethod(method: string, allowed: readonly Method[]): Answer;
  failure(status: number, message: string): Answer;
};

export type ApiOptions = {
  readonly endpoints: readonly Endpoint[];
  readonly dialect: Dialect;
  readonly safety: Safety;
  /** Failures that are not an answer to bad input: a bug, a full disk. Logged by the caller. */
  readonly onFailure?: (error: unknown, request: { method: string; url: string }) => void;
  /** Told after each answer of a known endpoint; `route` is the endpoint's path. */
  readonly onAnswer?: (answer: { method: string; route: string; status: number; milliseconds: number }) => void;
  /** Extra headers of all answers of known endpoints (`http_api_response_headers`). */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Offered what may be sent again. */
  readonly kept?: KeptAnswers;
};

/** A JSON document of a job or a registration is far below this. */
export const DEFAULT_BODY_LIMIT = 8 * 1024 * 1024;
const MAX_PARAM_LENGTH = 8 * 1024;
const METHODS: readonly Method[] = ['GET', 'PUT', 'POST', 'DELETE'];
const OTHER_METHODS = ['HEAD', 'PATCH', 'OPTIONS', 'TRACE'] as const;

/** Closing the instance ends what waits: blocking queries are answered with what there is. */
export function createApi(options: ApiOptions): FastifyInstance {
  const waiting: Waiting = new Set();
  const app = fastify({
    bodyLimit: DEFAULT_BODY_LIMIT,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, querystringParser: noQuery },
    frameworkErrors: (error, request, reply) => fail(options, error, request, reply),
    forceCloseConnections: true,
  });
  takeBodiesAsBytes(app);
  app.addHook('preClose', async () => {
    for (const controller of waiting) controller.abort();
  });
  if (options.onAnswer) tellAnswers(app, options.onAnswer);
  // With `done` instead of promises: every request goes through here.
  app.addHook('onRequest', (request, reply, done) => {
    if (!guard(options, request, reply)) done();
  });
  app.setErrorHandler((error, request, reply) => fail(options, error, request, reply));
  app.setNotFoundHandler((request, reply) => send(options.dialect.unknownPath(), request, reply));
  const paths = new Set(options.endpoints.map((endpoint) => endpoint.path));
  for (const endpoint of options.endpoints) {
    mount(app, options, endpoint, waiting);
    if (endpoint.path.endsWith('/*') && !paths.has(endpoint.path.slice(0, -2))) redirectToFolder(app, endpoint);
  }
  return app;
}

function mount(app: FastifyInstance, options: ApiOptions, endpoint: Endpoint, waiting: Waiting): void {
  const allowed = METHODS.filter((method) => endpoint.methods[method]);
  const bodyLimit = endpoint.bodyLimit ?? DEFAULT_BODY_LIMIT;
  for (const method of METHODS) {
    const handler = endpoint.methods[method] ?? (() => options.dialect.otherMethod(method, allowed));
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      if (options.headers) reply.headers(options.headers());
      const given = await handler(new IncomingApiRequest(request, reply.raw, waiting));
      return options.kept ? sendAndKeep(given, options.kept, request, reply) : send(given, request, reply);
    };
    app.route({ method, url: endpoint.path, bodyLimit, handler: answer });
  }
  app.route({
    method: [...OTHER_METHODS],
    url: endpoint.path,
    handler: (request, reply) => {
      // Browsers ask with OPTIONS what a page of another origin may do.
      if (options.headers) reply.headers(options.headers());
      return send(options.dialect.otherMethod(request.method, allowed), request, reply);
    },
  });
}

function tellAnswers(app: FastifyInstance, onAnswer: NonNullable<ApiOptions['onAnswer']>): void {
  app.addHook('onResponse', ({ method, routeOptions: { url } }, reply, done) => {
    if (url !== undefined) onAnswer({ method, route: url, status: reply.statusCode, milliseconds: reply.elapsedTime });
    done();
  });
}

/** Before anything else of a request is looked at. Whether it was answered with another path. */
function guard(options: ApiOptions, request: FastifyRequest, reply: FastifyReply): boolean {
  checkSafety(options.safety, request.headers, request.socket.localAddress);
  // Both peers take bodies of any Content-Type, also of one that makes no sense: the endpoint knows what it expects.
  if (request.headers['content-type'] !== undefined) delete request.headers['content-type'];
  const asked = pathOf(request.raw.url ?? '/');
  if (options.dialect.printablePaths && !isPrintable(asked))
    throw new BadRequestError('Bad request: the path has characters that cannot be printed');
  const path = cleaned(asked);
  if (path !== undefined) redirect(path, request, reply);
  return path !== undefined;
}

/** Go's answer: a page for GET, nothing for others. */
function redirect(path: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const query = queryOf(request.raw.url ?? '');
  const location = `${escapedPath(path)}${query && `?${query}`}`;
  const page = `<a href="${location.replaceAll('&', '&amp;').replaceAll('"', '&#34;')}">Moved Permanently</a>.\n\n`;
  const isGet = request.method === 'GET' || request.method === 'HEAD';
  const body = isGet ? { body: { kind: 'text', text: page, type: 'text/html; charset=utf-8' } as const } : {};
  return send({ status: 301, headers: { location }, ...body }, request, reply);
}

function redirectToFolder(app: FastifyInstance, endpoint: Endpoint): void {
  const url = endpoint.path.slice(0, -2);
  app.route({
    method: [...METHODS, ...OTHER_METHODS],
    url,
    handler: (request, reply) => redirect(`${pathOf(request.raw.url ?? '')}/`, request, reply),
  });
}

function fail(options: ApiOptions, thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asOurs(thrown, request);
  // A connection that is closed while the client sends loses the answer: what is left of the body is read and dropped instead.
  if (error instanceof BodyTooLargeError) reply.removeHeader('connection');
  if (!isExpected(error) && !request.raw.readableAborted)
    options.onFailure?.(error, { method: request.method, url: request.url });
  return send(options.dialect.failure(statusOf(error), messageOf(error)), request, reply);
}

/** The framework's own refusals, in our classes. */
function asOurs(error: unknown, request: FastifyRequest): unknown {
  const { code, statusCode } = error as Partial<FastifyError>;
  if (!code?.startsWith('FST_')) return error;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new BodyTooLargeError(request.routeOptions.bodyLimit);
  return statusCode !== undefined && statusCode < 500 ? new BadRequestError((error as Error).message) : error;
}

function send(answer: Answer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  if (!answer.body) return reply.send();
  const type = answer.body.kind === 'json' ? JSON_TYPE : answer.body.type;
  // A serializer of one's own keeps the framework from adding a charset: the peers have none on JSON.
  reply.header('content-type', type).serializer(asIs).send(payload(answer.body, request));
  if (answer.body.kind === 'stream' && answer.body.live) reply.raw.flushHeaders();
  return reply;
}

/** JSON that may be sent again is encoded once. */
function sendAndKeep(answer: Answer, kept: KeptAnswers, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, body, headers, holdsFor } = answer;
  if (status !== 200 || !holdsFor || body?.kind !== 'json') return send(answer, request, reply);
  const text = payload(body, request) as string;
  const sent = send(
    { status, ...(headers && { headers }), body: { kind: 'text', text, type: JSON_TYPE } },
    request,
    reply,
  );
  const names = Object.entries(reply.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
  kept.offer(request.raw, holdsFor, { route: request.routeOptions.url ?? '', headers: names, body: text });
  return sent;
}

const JSON_TYPE = 'application/json';

function asIs(text: unknown): string {
  return text as string;
}

function payload(body: AnswerBody, request: FastifyRequest) {
  switch (body.kind) {
    case 'json':
      return toJson(body.value, isPretty(request.raw.url ?? ''));
    case 'text':
      return body.text;
    case 'bytes':
      return body.bytes;
    case 'stream':
      return body.stream;
  }
}

function isPretty(url: string): boolean {
  return /[?&]pretty(?:[=&]|$)/.test(url);
}

function takeBodiesAsBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
}

/** Queries are parsed by those who look at them. */
function noQuery(): Record<string, never> {
  return {};
}

const NO_BODY = Buffer.alloc(0);

class IncomingApiRequest implements ApiRequest {
  readonly #request: FastifyRequest;
  readonly #response: ServerResponse;
  readonly #waiting: Waiting;
  #query: URLSearchParams | undefined;
  #signal: AbortSignal | undefined;

  constructor(request: FastifyRequest, response: ServerResponse, waiting: Waiting) {
    this.#request = request;
    this.#response = response;
    this.#waiting = waiting;
  }

  get method(): string {
    return this.#request.method;
  }

  get url(): string {
    return this.#request.raw.url ?? '/';
  }

  get path(): string {
    return decodeURIComponent(pathOf(this.#request.raw.url ?? '/'));
  }

  get params(): Readonly<Record<string, string>> {
    return this.#request.params as Record<string, string>;
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(queryOf(this.#request.raw.url ?? ''));
    return this.#query;
  }

  get headers() {
    return this.#request.headers;
  }

  get body(): Buffer {
    const { body } = this.#request;
    return Buffer.isBuffer(body) ? body : NO_BODY;
  }

  get signal(): AbortSignal {
    this.#signal ??= closeSignal(this.#response, this.#waiting);
    return this.#signal;
  }

  get remoteAddress(): string {
    return this.#request.socket.remoteAddress ?? '';
  }
}

/** Requests that hang on a signal, so that closing can end them. */
type Waiting = Set<AbortController>;

function closeSignal(response: ServerResponse, waiting: Waiting): AbortSignal {
  const controller = new AbortController();
  waiting.add(controller);
  response.once('close', () => {
    waiting.delete(controller);
    controller.abort();
  });
  return controller.signal;
}
