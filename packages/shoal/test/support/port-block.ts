import { createServer, type Server } from 'node:net';

/** Ports for one agent and its tasks, apart from those of any other test that runs at the same time. */
export type PortBlock = {
  /** For the agent itself. */
  readonly own: readonly number[];
  /** For its tasks, both ends included. */
  readonly dynamic: readonly [number, number];
  release(): Promise<void>;
};

/** Below the ports that the system gives to connections, and below those that agents give to tasks by default. */
const FIRST = 10_000;
const SIZE = 100;
const BLOCKS = 99;
const OWN = 9;

/** The guard, a socket on the block's first port, holds the block as long as this process lives. */
export async function takePortBlock(): Promise<PortBlock> {
  const from = Math.floor(Math.random() * BLOCKS);
  for (let turn = 0; turn < BLOCKS; turn++) {
    const block = await tryBlock(FIRST + ((from + turn) % BLOCKS) * SIZE);
    if (block) return block;
  }
  throw new Error(`no block of ports is free between ${FIRST} and ${FIRST + SIZE * BLOCKS}`);
}

async function tryBlock(first: number): Promise<PortBlock | undefined> {
  const guard = await listen(first);
  if (!guard) return undefined;
  const own = Array.from({ length: OWN }, (_, index) => first + 1 + index);
  if (!(await allFree(own))) return void (await close(guard));
  return { own, dynamic: [first + 1 + OWN, first + SIZE - 1], release: () => close(guard) };
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) {
    const server = await listen(port);
    if (!server) return false;
    await close(server);
  }
  return true;
}

function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
    server.unref();
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
