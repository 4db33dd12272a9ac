import { appendFileSync, chmodSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { keepMemoryLow } from '../../idle-memory.ts';
import { buildOf } from './build.ts';
import { openCgroups } from './cgroup.ts';
import { messageOf } from './errors.ts';
import { takeLock } from './lock.ts';
import { FIFOS_NAME, LOG_NAME, SOCKET_NAME, socketPath, supervisorDir, TASKS_NAME } from './place.ts';
import { openRecords } from './records.ts';
import { createSupervisorServer } from './server.ts';
import { openSpareFifos } from './spare-fifos.ts';
import { createTasks } from './tasks.ts';

/**
 * The supervisor's process: `node supervisor.js <data_dir>`. It is the parent of a node's tasks, carries their output, and remembers how they
 * ended. It knows nothing of jobs, and uses nothing but Node's own modules, so that it stays small and has no reason to be restarted.
 */
const IDLE_EXIT_MS = 60_000;
const LONGEST_LOG_BYTES = 1024 * 1024;

async function main(dataDir: string): Promise<void> {
  const build = buildOf(process.argv[1] ?? '');
  const dir = supervisorDir(dataDir);
  // Made by who starts us: if it is gone by now, so is the reason to run.
  chmodSync(dir, 0o700);
  if (!(await takeLock(dir))) return;

  const log = openLog(join(dir, LOG_NAME));
  // A bug must not take the tasks' parent down; it is written where it will be found.
  process.on('uncaughtException', (error) => log(`unexpected: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (reason) => log(`unexpected: ${messageOf(reason)}`));
  // They are meant for the terminal or the agent that started it, not for the tasks' parent.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGPIPE', 'SIGUSR2'] as const) process.on(signal, () => {});

  const idle = idleTimer(() => process.exit(0));
  const records = openRecords(join(dir, TASKS_NAME), (path, reason) => log(`${path} is left alone: ${reason}`));
  const cgroups = openCgroups(dir);
  const fifos = openSpareFifos(join(dir, FIFOS_NAME));
  const tasks = createTasks({ records, cgroups, fifos, log, onIdle: () => idle.check(tasks.alive()) });
  const server = createSupervisorServer({
    tasks,
    log,
    build,
    onShutdown: () => process.exit(0),
    onConnections: (count) => idle.connections(count, tasks.alive()),
  });
  server.on('error', (error) => log(`socket: ${error.message}`));

  rmSync(join(dir, SOCKET_NAME), { force: true });
  server.listen(socketPath(dir).path, () => chmodSync(join(dir, SOCKET_NAME), 0o600));
  process.on('SIGTERM', () => process.exit(0));
  process.on('exit', () => {
    rmSync(join(dir, SOCKET_NAME), { force: true });
    cgroups.close();
  });
  idle.check(tasks.alive());
  keepMemoryLow();
}

/** Nothing to watch and nobody to tell: what is known is on disk, and the next agent starts another supervisor. */
function idleTimer(onIdle: () => void): {
  check(alive: number): void;
  connections(count: number, alive: number): void;
} {
  let connected = 0;
  let timer: NodeJS.Timeout | undefined;
  const check = (alive: number): void => {
    clearTimeout(timer);
    timer = connected === 0 && alive === 0 ? setTimeout(onIdle, IDLE_EXIT_MS) : undefined;
  };
  return {
    check,
    connections(count, alive) {
      connected = count;
      check(alive);
    },
  };
}

function openLog(path: string): (message: string) => void {
  try {
    if (statSync(path).size > LONGEST_LOG_BYTES) truncateSync(path);
  } catch {
    // There is none yet.
  }
  return (message) => {
    try {
      appendFileSync(path, `${new Date().toISOString()} ${message}\n`, { mode: 0o600 });
    } catch {
      // A full disk: there is nowhere else to say it.
    }
  };
}

const dataDir = process.argv[2];
if (dataDir === undefined) {
  process.stderr.write('usage: node supervisor.js <data_dir>\n');
  process.exitCode = 2;
} else {
  main(dataDir).catch((error) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
