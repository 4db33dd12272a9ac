import { destinationInside } from '../artifacts/inside.ts';
import { backoff } from '../backoff.ts';
import { lookUpUser, type Owner } from '../drivers/users.ts';
import { messageOf, TaskNotRunningError } from '../errors.ts';
import type { HookContext } from '../hooks/hook.ts';
import { hookFailed, hookMessage } from '../task-runner/events.ts';
import { writeRendered } from '../templates/write-rendered.ts';
import { type ExposedIdentity, exposedIdentities, renewalOf } from './exposed.ts';

/** The tokens of one task, from its first start to its end. */
export type TaskIdentities = {
  /** Gets the tokens that it has not or that grow old, and puts them into their files; answers with the task's variables. */
  issue(context: HookContext): Promise<Record<string, string>>;
  /** From now on tokens are replaced in time, and that has its effect on the task. */
  keep(context: HookContext): void;
  /** Until the task is started again. */
  rest(): void;
};

/** Asks the servers for a new token; rejects with the code 'refused' for one that the task may not have. */
export type AskToken = (name: string, signal: AbortSignal) => Promise<string>;

type Held = { token: string; renewAt: number | undefined };

const RETRY = { baseMs: 1_000, maxMs: 30_000 };
const HOOK = 'Identity';

export function createTaskIdentities(ask: AskToken): TaskIdentities {
  const held = new Map<string, Held>();
  let keeping: AbortController | undefined;

  async function issue(context: HookContext): Promise<Record<string, string>> {
    const { clock } = context.services;
    const variables: Record<string, string> = {};
    for (const identity of exposedIdentities(context.task)) {
      const before = held.get(identity.name);
      const isFresh = before !== undefined && (before.renewAt ?? Number.POSITIVE_INFINITY) > clock.now();
      const { token } = isFresh ? before : await renew(identity, context, context.signal);
      if (identity.file !== undefined) await write(identity.file, token, context);
      if (identity.variable !== undefined) variables[identity.variable] = token;
    }
    return variables;
  }

  async function renew(identity: ExposedIdentity, context: HookContext, signal: AbortSignal): Promise<Held> {
    const { clock, random } = context.services;
    const token = await patiently(identity, context, signal);
    const now = { token, renewAt: renewalOf(identity, clock.now(), random()) };
    held.set(identity.name, now);
    await context.done.set(identity.name, String(now.renewAt ?? ''));
    return now;
  }

  /** Servers that cannot be reached are asked again, and the first failure is told; a refusal is final. */
  async function patiently({ name }: ExposedIdentity, context: HookContext, signal: AbortSignal): Promise<string> {
    const { clock, random } = context.services;
    for (let attempt = 0; ; attempt++) {
      try {
        return await ask(name, signal);
      } catch (error) {
        if (signal.aborted || (error as { code?: unknown }).code === 'refused') throw error;
        if (attempt === 0) context.emit(hookMessage(HOOK, `no token "${name}" yet: ${messageOf(error)}`));
      }
      await clock.sleep(backoff(attempt, RETRY, random), signal);
      signal.throwIfAborted();
    }
  }

  function keep(context: HookContext): void {
    if (keeping) return;
    keeping = new AbortController();
    const over = AbortSignal.any([keeping.signal, context.signal]);
    for (const identity of exposedIdentities(context.task)) {
      if (identity.ttlMs > 0) void follow(identity, context, over);
    }
  }

  async function follow(identity: ExposedIdentity, context: HookContext, over: AbortSignal): Promise<void> {
    const { clock, log } = context.services;
    while (!over.aborted) {
      // An agent that has found the task running knows the time alone.
      const renewAt = held.get(identity.name)?.renewAt ?? Number(context.done.get(identity.name) ?? 0);
      await clock.sleep(Math.max(0, renewAt - clock.now()), over);
      if (over.aborted) return;
      try {
        const { token } = await renew(identity, context, over);
        if (identity.file !== undefined) await write(identity.file, token, context);
        await act(identity, context);
      } catch (error) {
        if (over.aborted || error instanceof TaskNotRunningError) return;
        context.emit(hookFailed(HOOK, messageOf(error)));
        log.warn({ err: error, alloc: context.allocation.ID, task: context.task.Name }, 'a token could not be renewed');
        await clock.sleep(RETRY.maxMs, over);
      }
    }
  }

  return {
    issue,
    keep,
    rest() {
      keeping?.abort();
      keeping = undefined;
    },
  };
}

async function act({ name, changeMode, changeSignal }: ExposedIdentity, { life }: HookContext): Promise<void> {
  const reason = `Identity "${name}": token was renewed`;
  if (changeMode === 'restart') life.restart(reason);
  if (changeMode === 'signal') await life.signal(changeSignal, reason);
}

/** Readable by the task's user alone, where it names one that this machine knows; the folder keeps others out. */
async function write(file: string, text: string, { dirs, task }: HookContext): Promise<void> {
  const owner = task.User === '' ? undefined : await ownerOf(task.User);
  const { uid, gid } = owner ?? { uid: -1, gid: -1 };
  await writeRendered({ path: await destinationInside(dirs, file), text, mode: owner ? 0o600 : 0o644, uid, gid });
}

/** A user of an image is none of this machine. */
function ownerOf(user: string): Promise<Owner | undefined> {
  return lookUpUser(user).catch(() => undefined);
}
