import type { ExitResult } from '../drivers/driver.ts';
import { buildOf } from './build.ts';
import { type Connection, ConnectionLost } from './connection.ts';
import { messageOf, SupervisorClosedError, SupervisorError } from './errors.ts';
import {
  type Hello,
  type OpName,
  type Ops,
  PROTOCOL_VERSION,
  type StartRequest,
  type StopRequest,
  type TaskStatus,
} from './protocol.ts';
import { connectOrSpawn, type SpawnOptions } from './spawn.ts';

/**
 * A node's supervisor, as the agent sees it. If it is killed, another one is started, takes the tasks over, and calls that were under way are
 * made again: callers notice nothing but the time it takes.
 */
export type Supervisor = {
  /** Of the present supervisor. */
  pid(): number;
  /** That it speaks; an older one goes on as long as it has tasks. */
  protocol(): number;
  /** Throws `SupervisorError` with code `spawn_failed`. A task whose id is known already is not started again. */
  start(request: StartRequest): Promise<TaskStatus>;
  /** Resolves when the task has ended and nothing of it is left. Throws `unknown_task`, or the signal's reason. */
  wait(id: string, signal: AbortSignal): Promise<ExitResult>;
  stop(request: StopRequest): Promise<void>;
  signal(id: string, signal: string): Promise<void>;
  status(id: string): Promise<TaskStatus | undefined>;
  /** All tasks that were not forgotten, also such as this agent does not know. */
  list(): Promise<TaskStatus[]>;
  forget(id: string): Promise<void>;
  /**
   * Ends the supervisor and this client, for an agent that leaves nothing behind. Throws `busy` while tasks are alive, unless they are to be killed:
   * then also those go that the agent does not know.
   */
  shutdown(how?: { killTasks: boolean }): Promise<void>;
  /** Leaves the supervisor and its tasks running. */
  close(): void;
};

export type SupervisorOptions = SpawnOptions & { log(message: string): void };

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 5_000;

/** Connects to the supervisor of the data_dir, and starts it first if none runs. Throws `SupervisorStartError`. */
export async function ensureSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const link = await openLink(options);

  /** Every op may be sent again, so a call outlives the connection that it began on. */
  const call = async <Op extends OpName>(op: Op, params: Ops[Op]['params']): Promise<Ops[Op]['result']> => {
    for (;;) {
      try {
        const connection = await link.connection();
        return (await connection.call(op, params)) as Ops[Op]['result'];
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
      }
    }
  };
  const killAll = async (): Promise<void> => {
    const alive = (await call('list', {})).filter((task) => task.state !== 'ended');
    await Promise.all(alive.map(({ id }) => call('stop', { id, signal: 'SIGKILL', timeoutMs: 0 })));
  };
  return {
    pid: () => link.pid(),
    protocol: () => link.protocol(),
    start: (request) => call('start', request),
    wait: (id, signal) => abortable(call('wait', { id }), signal),
    stop: async (request) => void (await call('stop', request)),
    signal: async (id, signal) => void (await call('signal', { id, signal })),
    status: async (id) => (await call('status', { id })) ?? undefined,
    list: () => call('list', {}),
    forget: async (id) => void (await call('forget', { id })),
    close: () => link.close(),
    async shutdown(how) {
      if (how?.killTasks) await killAll();
      const connection = await link.connection();
      // Before the call: the end of the connection must not start another one.
      link.retire(true);
      try {
        await connection.call('shutdown', {});
      } catch (error) {
        if (error instanceof SupervisorError) link.retire(false);
        if (!(error instanceof ConnectionLost)) throw error;
      }
      await connection.closed;
    },
  };
}

type Link = {
  connection(): Promise<Connection>;
  pid(): number;
  protocol(): number;
  close(): void;
  /** No new connection after the present one, and no calls. */
  retire(isLast: boolean): void;
};

/** Keeps one connection up, from the first one on. */
async function openLink(options: SupervisorOptions): Promise<Link> {
  let closed = false;
  let pid = 0;
  let protocol = 0;
  let current: Connection | undefined;

  const open = async (): Promise<Connection> => {
    const { connection, hello } = await connectToCurrent(options);
    if (hello.protocol !== PROTOCOL_VERSION) {
      options.log(
        `the supervisor (pid ${hello.pid}) speaks protocol ${hello.protocol}, this agent ${PROTOCOL_VERSION}`,
      );
    }
    pid = hello.pid;
    protocol = hello.protocol;
    if (closed) connection.close();
    current = connection;
    connection.closed.then(lost, lost);
    return connection;
  };
  const lost = (): void => {
    current = undefined;
    if (closed) return;
    options.log(`the connection to the supervisor (pid ${pid}) broke; connecting again`);
    ready = reopen();
    // Who calls hears of it.
    ready.catch(() => {});
  };
  const reopen = async (): Promise<Connection> => {
    for (let delayMs = FIRST_RETRY_MS; !closed; delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS)) {
      try {
        return await open();
      } catch (error) {
        options.log(messageOf(error));
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
    throw new SupervisorClosedError();
  };
  let ready = open();
  await ready;
  return {
    pid: () => pid,
    protocol: () => protocol,
    connection: () => (closed ? Promise.reject(new SupervisorClosedError()) : ready),
    retire(isLast) {
      closed = isLast;
    },
    close() {
      closed = true;
      current?.close();
    },
  };
}

type Greeted = { connection: Connection; hello: Hello };

const GREET_ATTEMPTS = 5;

/** After an upgrade, an older supervisor goes on as long as it has tasks; without any it makes room for the new one. */
async function connectToCurrent(options: SupervisorOptions): Promise<Greeted> {
  const greeted = await greet(options);
  const { connection, hello } = greeted;
  if (hello.build === buildOf(options.entry)) return greeted;
  try {
    await connection.call('shutdown', {});
  } catch (error) {
    if (error instanceof SupervisorError) return greeted;
  }
  await connection.closed;
  return greet(options);
}

/** A supervisor may be killed between being reached and answering. */
async function greet(options: SupervisorOptions): Promise<Greeted> {
  for (let attempt = 1; ; attempt += 1) {
    const connection = await connectOrSpawn(options);
    try {
      return { connection, hello: (await connection.call('hello', {})) as Hello };
    } catch (error) {
      if (!(error instanceof ConnectionLost) || attempt === GREET_ATTEMPTS) throw error;
    }
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const stopListening = (): void => signal.removeEventListener('abort', onAbort);
    promise
      .then(resolve, reject)
      .finally(stopListening)
      .catch(() => {});
  });
}
