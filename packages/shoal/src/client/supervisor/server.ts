import { createServer, type Server, type Socket } from 'node:net';
import { messageOf, SupervisorError } from './errors.ts';
import { lineDecoder } from './lines.ts';
import { type Hello, MAX_LINE_BYTES, type OpName, type Ops, PROTOCOL_VERSION } from './protocol.ts';
import { asId, asSignal, asSignalRequest, asStartRequest, asStopRequest } from './requests.ts';
import type { Tasks } from './tasks.ts';

export type ServerDeps = {
  tasks: Tasks;
  log(message: string): void;
  build: string;
  /** Asked to end, and allowed to. */
  onShutdown(): void;
  onConnections(count: number): void;
};

type Handlers = { [Op in OpName]: (params: unknown) => Promise<Ops[Op]['result']> | Ops[Op]['result'] };

/** Answers agents. Whatever one of them sends ends at most its own connection. */
export function createSupervisorServer(deps: ServerDeps): Server {
  const handlers = createHandlers(deps);
  let connections = 0;
  return createServer((socket) => {
    deps.onConnections(++connections);
    socket.on('close', () => deps.onConnections(--connections));
    serve(socket, handlers, deps.log);
  });
}

function createHandlers({ tasks, build, onShutdown }: ServerDeps): Handlers {
  return {
    hello: (): Hello => ({ protocol: PROTOCOL_VERSION, pid: process.pid, build }),
    start: (params) => tasks.start(asStartRequest(params)),
    wait: (params) => tasks.wait(asId(params)),
    async stop(params) {
      const { id, signal, timeoutMs } = asStopRequest(params);
      await tasks.stop(id, asSignal(signal), timeoutMs);
      return {};
    },
    signal(params) {
      const { id, signal } = asSignalRequest(params);
      tasks.signal(id, signal);
      return {};
    },
    status: (params) => tasks.status(asId(params)) ?? null,
    list: () => tasks.list(),
    async forget(params) {
      await tasks.forget(asId(params));
      return {};
    },
    shutdown() {
      if (tasks.alive() > 0) throw new SupervisorError('busy', `${tasks.alive()} tasks are alive; stop them first`);
      setImmediate(onShutdown);
      return {};
    },
  };
}

function serve(socket: Socket, handlers: Handlers, log: (message: string) => void): void {
  const reply = (message: object): void => {
    if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
  };
  const decode = lineDecoder(MAX_LINE_BYTES, (line) => {
    const request = parseRequest(line);
    answer(request, handlers).then(reply, (error) => log(`a reply failed: ${messageOf(error)}`));
  });
  socket.on('data', (chunk) => {
    try {
      decode(chunk);
    } catch (error) {
      reply({ id: 0, error: { code: 'bad_request', message: messageOf(error) } });
      socket.destroySoon();
    }
  });
  socket.on('error', () => socket.destroy());
}

type Request = { id: number; op: string; params: unknown };

/** Undefined for what is no request. */
function parseRequest(line: string): Request | undefined {
  try {
    const value = JSON.parse(line) as Partial<Request> | null;
    if (typeof value?.id === 'number' && typeof value.op === 'string')
      return { id: value.id, op: value.op, params: value.params };
  } catch {
    // Said to the sender below.
  }
  return undefined;
}

async function answer(request: Request | undefined, handlers: Handlers): Promise<object> {
  if (request === undefined)
    return { id: 0, error: { code: 'bad_request', message: 'not a request: want {"id", "op", "params"} as JSON' } };
  try {
    if (!Object.hasOwn(handlers, request.op)) throw new SupervisorError('bad_request', `unknown op "${request.op}"`);
    return { id: request.id, result: await handlers[request.op as OpName](request.params) };
  } catch (error) {
    const code = error instanceof SupervisorError ? error.code : 'internal';
    return { id: request.id, error: { code, message: messageOf(error) } };
  }
}
