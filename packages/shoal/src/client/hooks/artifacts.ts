import { createHash } from 'node:crypto';
import type { TaskArtifact } from '@shoal/api';
import { fetchArtifact } from '../artifacts/fetch-artifact.ts';
import { lookUpUser, type Owner } from '../drivers/users.ts';
import { interpolate, interpolateMap } from '../env/interpolate.ts';
import { ArtifactError, messageOf } from '../errors.ts';
import { downloadingArtifacts, failedArtifactDownload } from '../task-runner/events.ts';
import { type HookContext, HookFailure, type TaskHook } from './hook.ts';

/** Fetches the task's artifacts, one after another, each once in the life of the allocation. */
export const artifactsHook: TaskHook = {
  name: 'artifacts',
  async prestart(context) {
    const wanted = (context.task.Artifacts ?? []).map((artifact) => interpolated(artifact, context));
    const missing = wanted.filter((artifact) => context.done.get(digest(artifact)) === undefined);
    if (missing.length === 0) return;
    context.emit(downloadingArtifacts());
    for (const artifact of missing) {
      await fetchOne(artifact, context);
      await context.done.set(digest(artifact), 'fetched');
    }
  },
};

async function fetchOne(artifact: TaskArtifact, context: HookContext): Promise<void> {
  const { dirs, services, signal } = context;
  try {
    const owner = artifact.Chown === true ? await taskOwner(context) : undefined;
    await fetchArtifact({ artifact, dirs, settings: services.artifacts, signal, owner });
  } catch (error) {
    const reason = `failed to download artifact "${artifact.GetterSource}": ${messageOf(error)}`;
    const recoverable = !(error instanceof ArtifactError) || error.recoverable;
    throw new HookFailure(reason, { event: failedArtifactDownload(reason), recoverable, cause: error });
  }
}

/** Only root may give files away. */
async function taskOwner({ task, driver, env }: HookContext): Promise<Owner | undefined> {
  const user = interpolate(task.User, env.variables) || driver.defaultUser;
  return user === undefined || process.getuid?.() !== 0 ? undefined : lookUpUser(user);
}

function interpolated(artifact: TaskArtifact, { env: { variables } }: HookContext): TaskArtifact {
  return {
    ...artifact,
    GetterSource: interpolate(artifact.GetterSource, variables),
    GetterOptions: interpolateMap(artifact.GetterOptions, variables),
    GetterHeaders: interpolateMap(artifact.GetterHeaders, variables),
    RelativeDest: interpolate(artifact.RelativeDest, variables),
  };
}

function digest(artifact: TaskArtifact): string {
  return createHash('sha256').update(JSON.stringify(artifact)).digest('hex').slice(0, 16);
}
