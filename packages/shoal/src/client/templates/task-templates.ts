import { readFile } from 'node:fs/promises';
import type { Template } from '@shoal/api';
import {
  type ConsulTemplate,
  compileConsulTemplate,
  type Following,
  followTemplate,
  type Missing,
  TemplateError,
  type WatchedData,
} from '@shoal/gotemplate';
import { destinationInside, pathHere } from '../artifacts/inside.ts';
import { interpolate } from '../env/interpolate.ts';
import { messageOf, TemplateDeniedError, TemplateFileError } from '../errors.ts';
import type { HookContext } from '../hooks/hook.ts';
import { templateMessage } from '../task-runner/events.ts';
import { parseEnvFile } from './env-file.ts';
import { readFileText } from './file-source.ts';
import type { AskServers } from './nomad-source.ts';
import { createReactor } from './reactor.ts';
import type { TemplateSettings } from './settings.ts';
import { createTaskData } from './task-data.ts';
import { writeRendered } from './write-rendered.ts';

/** The templates of one task, from its start to its end. */
export type TaskTemplates = {
  /** Resolves when all are rendered and in their places; rejects with why one never will be. */
  readonly rendered: Promise<void>;
  /** The variables of those with `env = true`, as they lie on disk. */
  variables(): Promise<Record<string, string>>;
  /** From now on a change has its effect on the task. */
  act(): void;
  stop(): void;
};

export type TaskTemplatesInput = {
  context: HookContext;
  shared: WatchedData;
  settings: TemplateSettings;
  askServers: AskServers;
};

type Place = { template: Template; path: string; compiled: ConsulTemplate };

/** What one render of a task's template may cost. */
const LIMITS = { steps: 2_000_000, characters: 16 * 1024 * 1024 };
const NAMED = 3;

export async function createTaskTemplates({
  context,
  shared,
  settings,
  askServers,
}: TaskTemplatesInput): Promise<TaskTemplates> {
  const { allocation, task, dirs, services, emit } = context;
  const own = { allocId: allocation.ID, task: task.Name, dirs, anyFile: settings.anyFile };
  const data = createTaskData({ ...own, shared, askServers, services });
  const places = await Promise.all((task.Templates ?? []).map((template) => placeOf(template, context, settings)));
  const reactor = createReactor(context);
  const open = new Set(places);
  const following: Following[] = [];
  let stopped = false;
  let finish: () => void = () => undefined;
  let abandon: (error: unknown) => void = () => undefined;
  const rendered = new Promise<void>((resolve, reject) => {
    finish = resolve;
    abandon = reject;
  });
  // Whoever does not wait for it is told by an event.
  rendered.catch(() => undefined);
  let writing: Promise<unknown> = Promise.resolve();

  async function put(place: Place, text: string): Promise<void> {
    const { Once: once } = place.template;
    if (stopped || (once && !open.has(place))) return;
    if (place.template.Envvars) parseEnvFile(text);
    // Looked at each time: the task may have put a link in the place of a folder since.
    const path = await destinationInside(dirs, place.path);
    const changed = await writeRendered({ ...ownership(place.template), path, text });
    if (changed && !once) reactor.changed(place.template);
    if (open.delete(place) && open.size === 0) finish();
    if (once) following[places.indexOf(place)]?.stop();
  }

  function trouble(place: Place, error: unknown): void {
    const failure = failureOf(place.template, error);
    if (open.has(place)) abandon(failure);
    else emit(templateMessage(`could not be rendered again, and stays as it was: ${failure.message}`));
  }

  const tell = patiently(context, () => open.size > 0, settings.patienceMs);

  function follow(place: Place): Following {
    const { Wait: wait } = place.template;
    return followTemplate({
      template: place.compiled,
      data,
      ...(wait && { quiet: { minMs: wait.Min / 1e6, maxMs: wait.Max / 1e6 } }),
      rendered(text) {
        writing = writing.then(() => put(place, text)).catch((error) => trouble(place, error));
      },
      waiting(missing) {
        const denied = missing.find(({ failure }) => failure instanceof TemplateDeniedError);
        if (denied) trouble(place, denied.failure);
        else tell(missing);
      },
      failed: (error) => trouble(place, error),
    });
  }

  following.push(...places.map(follow));
  if (places.length === 0) finish();
  return {
    rendered,
    async variables() {
      const files = places.filter(({ template }) => template.Envvars);
      const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')));
      return Object.assign({}, ...texts.map(parseEnvFile)) as Record<string, string>;
    },
    act: () => reactor.act(),
    stop() {
      stopped = true;
      for (const one of following) one.stop();
      data.stop();
      reactor.stop();
      tell([]);
    },
  };
}

async function placeOf(template: Template, context: HookContext, settings: TemplateSettings): Promise<Place> {
  const { dirs, env } = context;
  const fill = (text: string) => interpolate(text, env.variables);
  try {
    const path = await destinationInside(dirs, fill(template.DestPath));
    const text = template.EmbeddedTmpl || (await readSource(fill(template.SourcePath), context, settings));
    const compiled = compileConsulTemplate(text, {
      name: template.DestPath,
      leftDelim: template.LeftDelim,
      rightDelim: template.RightDelim,
      errorOnMissingKey: template.ErrMissingKey ?? false,
      denied: settings.deniedFunctions,
      ...(settings.sockaddr && { sockaddr: settings.sockaddr }),
      env: env.env,
      limits: LIMITS,
    });
    return { template, path, compiled };
  } catch (error) {
    throw failureOf(template, error);
  }
}

/** A mistake in the template names it already; what the system refuses may go better another time. */
function failureOf({ DestPath }: Template, error: unknown): TemplateFileError {
  const named = error instanceof TemplateError ? messageOf(error) : `template ${DestPath}: ${messageOf(error)}`;
  const recoverable = error instanceof Error && 'syscall' in error;
  return new TemplateFileError(named, { recoverable, cause: error });
}

async function readSource(path: string, { dirs, driver }: HookContext, { anyFile }: TemplateSettings): Promise<string> {
  const sandbox = anyFile ? undefined : [dirs.taskDir, dirs.sharedDir];
  const here = driver.inside === undefined || anyFile ? path : pathHere(dirs, path);
  return readFileText({ path: here, base: dirs.taskDir, sandbox });
}

function ownership({ Perms, Uid, Gid }: Template): { mode: number; uid: number; gid: number } {
  return { mode: Number.parseInt(Perms || '0644', 8) & 0o7777, uid: Uid ?? -1, gid: Gid ?? -1 };
}

/** Tells what is missing, but not at once: most of it is there in a moment. An empty list ends it. */
function patiently({ emit, services }: HookContext, stillWaiting: () => boolean, ms: number) {
  let latest = new Map<string, unknown>();
  let nap: AbortController | undefined;
  let told = '';
  return (missing: readonly Missing[]): void => {
    latest = new Map(missing.map(({ name, failure }) => [name, failure]));
    if (missing.length === 0) {
      nap?.abort();
      return;
    }
    if (nap !== undefined) return;
    const resting = new AbortController();
    nap = resting;
    void services.clock.sleep(ms, resting.signal).then(() => {
      nap = undefined;
      const message = missingMessage(latest);
      if (resting.signal.aborted || !stillWaiting() || message === told) return;
      told = message;
      emit(templateMessage(message));
    });
  };
}

/** `Missing: kv.block(a), health.service(b|passing), and 2 more`, and why if it could not be asked for. */
function missingMessage(missing: ReadonlyMap<string, unknown>): string {
  const names = [...missing.keys()].sort();
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : '';
  const failure = [...missing.values()].find((reason) => reason !== undefined);
  const reason = failure === undefined ? '' : ` (${messageOf(failure)})`;
  return `Missing: ${names.slice(0, NAMED).join(', ')}${more}${reason}`;
}
