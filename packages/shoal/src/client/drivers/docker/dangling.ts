import type { Engine } from './engine.ts';
import { isStatus } from './errors.ts';
import { NODE_LABEL, START_LABEL } from './labels.ts';
import type { DockerSettings } from './settings.ts';

export type DanglingDeps = {
  engine: Engine;
  nodeId: string;
  /** Whether a start is a task's of this agent. */
  isKnown(start: string): boolean;
  now(): number;
  log(message: string): void;
};

type Listed = { Id: string; Created: number; Labels: Record<string, string>; Names: string[] };

/**
 * Looks for containers that this node made and that belong to none of its tasks (an engine may start one and yet answer with an error), and removes
 * them. Others' containers, also those of other agents on the same engine, are left alone.
 */
export async function removeDangling(deps: DanglingDeps, settings: DockerSettings['gc']['dangling']): Promise<void> {
  const { engine, nodeId, isKnown, now, log } = deps;
  const filters = JSON.stringify({ label: [`${NODE_LABEL}=${nodeId}`] });
  const listed = await engine.call<Listed[]>('GET', '/containers/json', { query: { all: true, filters } });
  const isOld = ({ Created }: Listed) => now() - Created * 1000 >= settings.creationGraceMs;
  for (const container of listed.filter((one) => isOld(one) && !isKnown(one.Labels[START_LABEL] ?? ''))) {
    const name = container.Names[0] ?? container.Id;
    if (settings.dryRun) {
      log(`the container ${name} belongs to no task (dry_run: it stays)`);
      continue;
    }
    log(`the container ${name} belongs to no task and is removed`);
    await engine.call('DELETE', `/containers/${container.Id}`, { query: { force: true, v: true } }).catch((error) => {
      if (!isStatus(error, 404, 409)) throw error;
    });
  }
}
