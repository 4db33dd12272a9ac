import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ensureSupervisor, type Supervisor } from '../../../src/client/supervisor/client.ts';
import type { StartRequest } from '../../../src/client/supervisor/protocol.ts';
import { buildSupervisor } from '../../support/build.ts';

/** A data_dir with its supervisor, and agents on it. All of it is ended with the test. */
export type Node = {
  dataDir: string;
  logDir: string;
  entry: string;
  /** What the clients logged. */
  log: string[];
  /** Another agent on the same data_dir. */
  connect(): Promise<Supervisor>;
};

export async function aNode(options: { dataDir?: string } = {}): Promise<Node> {
  const root = mkdtempSync(join(tmpdir(), 'shoal-test-'));
  const dataDir = options.dataDir === undefined ? root : join(root, options.dataDir);
  const logDir = join(root, 'logs');
  mkdirSync(dataDir, { recursive: true });
  mkdirSync(logDir);
  const entry = await buildSupervisor();
  const clients: Supervisor[] = [];
  const log: string[] = [];
  const connect = async (): Promise<Supervisor> => {
    const client = await ensureSupervisor({ dataDir, entry, log: (message) => log.push(message) });
    clients.push(client);
    return client;
  };
  onTestFinished(async () => {
    for (const client of clients) client.close();
    const last = await ensureSupervisor({ dataDir, entry, log: () => {} });
    await last.shutdown({ killTasks: true });
    rmSync(root, { recursive: true, force: true });
  });
  return { dataDir, logDir, entry, log, connect };
}

let count = 0;

/** A task that runs a shell script. */
export function aTask(node: Node, script: string, changes: Partial<StartRequest> = {}): StartRequest {
  count += 1;
  const allocId = `00000000-0000-4000-8000-${String(process.pid).padStart(8, '0')}${String(count).padStart(4, '0')}`;
  return {
    id: `${allocId}/t/${count}`,
    allocId,
    task: 't',
    command: '/bin/sh',
    args: ['-c', script],
    env: { PATH: process.env['PATH'] ?? '/bin' },
    cwd: node.logDir,
    logDir: node.logDir,
    maxFiles: 3,
    maxFileSizeBytes: 10 * 1024 * 1024,
    ...changes,
  };
}

export const never = new AbortController().signal;
