import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { destinationInside, isInside } from '../artifacts/inside.ts';
import { messageOf } from '../errors.ts';
import { setupFailure } from '../task-runner/events.ts';
import { type HookContext, HookFailure, type TaskHook } from './hook.ts';

/**
 * Puts what a parameterized job was dispatched with into a file below the task's `local/`
 * (https://developer.hashicorp.com/nomad/docs/job-specification/dispatch_payload).
 */
export const dispatchPayloadHook: TaskHook = {
  name: 'dispatch_payload',
  async prestart(context) {
    const { task, job, done } = context;
    const file = task.DispatchPayload?.File ?? '';
    if (file === '' || job.Payload === null || done.get('written') !== undefined) return;
    try {
      const path = await placeOf(file, context);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, Buffer.from(job.Payload, 'base64'));
    } catch (error) {
      const reason = `failed to write the dispatch payload: ${messageOf(error)}`;
      throw new HookFailure(reason, { event: setupFailure(reason), recoverable: false, cause: error });
    }
    await done.set('written', 'yes');
  },
};

/** Below `local/`, by its letters and where its folder really lies. */
async function placeOf(file: string, { dirs }: HookContext): Promise<string> {
  const path = resolve(dirs.localDir, file.replace(/^\/+/, ''));
  if (!isInside(dirs.localDir, path)) throw new Error(`"${file}" leads out of the task's local directory`);
  return destinationInside(dirs, path);
}
