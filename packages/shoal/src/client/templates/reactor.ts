import type { ChangeScript, Template } from '@shoal/api';
import { messageOf, TaskNotRunningError } from '../errors.ts';
import type { HookContext } from '../hooks/hook.ts';
import { hookFailed, hookMessage } from '../task-runner/events.ts';
import { reactionTo, splayMs } from './change.ts';

/** Lets changes of templates have their effect on the task: one for all that change within a splay. */
export type Reactor = {
  changed(template: Template): void;
  /** From now on. What changed before is part of the start. */
  act(): void;
  stop(): void;
};

const SCRIPT_TIMEOUT_MS = 5_000;

export function createReactor({ emit, life, services: { clock, random, log }, ...about }: HookContext): Reactor {
  const over = new AbortController();
  let acting = false;
  let batch = new Set<Template>();
  let waiting = false;

  async function react(): Promise<void> {
    // Others that change with the same data come within the same moment.
    await clock.sleep(Math.max(GATHER_MS, splayMs([...batch], random())), over.signal);
    waiting = false;
    const changed = [...batch];
    batch = new Set();
    if (over.signal.aborted) return;
    const reaction = reactionTo(changed);
    if (reaction.kind === 'restart') life.restart('Template with change_mode restart re-rendered');
    if (reaction.kind !== 'act') return;
    for (const signal of reaction.signals) await life.signal(signal, 'Template re-rendered');
    for (const script of reaction.scripts) await run(script);
  }

  async function run(script: ChangeScript): Promise<void> {
    const command = [script.Command, ...(script.Args ?? [])];
    const timeoutMs = script.Timeout > 0 ? script.Timeout / 1e6 : SCRIPT_TIMEOUT_MS;
    const failure = await life
      .exec(command, { timeoutMs, signal: over.signal })
      .then(({ exitCode, output }) => (exitCode === 0 ? undefined : `exit code ${exitCode}: ${output.trim()}`))
      .catch((error: unknown) => messageOf(error));
    if (over.signal.aborted) return;
    if (failure === undefined)
      emit(hookMessage('Template', `ran script ${command.join(' ')} after templates were rendered`));
    else if (script.FailOnError) life.fail(`Template failed to run script ${command.join(' ')}: ${failure}`);
    else emit(hookFailed('Template', `could not run script ${command.join(' ')}: ${failure}`));
  }

  function failed(error: unknown): void {
    // A task that has just ended renders everything anew when it starts.
    if (error instanceof TaskNotRunningError) return;
    emit(hookFailed('Template', messageOf(error)));
    log.warn({ err: error, alloc: about.allocation.ID, task: about.task.Name }, 'a change of templates had no effect');
  }

  return {
    changed(template) {
      if (!acting || over.signal.aborted) return;
      batch.add(template);
      if (waiting || reactionTo([template]).kind === 'nothing') return;
      waiting = true;
      void react().catch(failed);
    },
    act() {
      acting = true;
    },
    stop: () => over.abort(),
  };
}

const GATHER_MS = 50;
