import { readdirSync } from 'node:fs';
import type { Supervisor } from '../../supervisor/client.ts';
import { bundleNamed, bundleOf, isContainerName, removeBundle } from './bundle.ts';
import type { Runtime } from './runtime.ts';

export type DanglingDeps = {
  /** Of the bundles, and of what runc keeps. */
  base: string;
  state: string;
  supervisor: Supervisor;
  runtime: Runtime;
};

/** Removes what is left of containers that no task has any more: their agent or supervisor was killed in the wrong moment, or their folder restored. */
export async function removeDangling({ base, state, supervisor, runtime }: DanglingDeps): Promise<void> {
  const found = new Set([...namesIn(base), ...namesIn(state)].filter(isContainerName));
  if (found.size === 0) return;
  const known = new Set((await supervisor.list()).map((task) => bundleOf(base, task).container));
  for (const container of found) {
    if (known.has(container)) continue;
    const bundle = bundleNamed(base, container);
    await runtime.remove(bundle);
    removeBundle(bundle);
  }
}

/** None where the folder is not there yet. */
function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
