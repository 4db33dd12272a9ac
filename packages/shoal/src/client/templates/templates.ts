import { createWatchedData, type WatchedData } from '@shoal/gotemplate';
import type { Clock } from '../clock.ts';
import { TemplateFileError } from '../errors.ts';
import type { HookContext } from '../hooks/hook.ts';
import { askConsul } from './consul-source.ts';
import type { AskServers } from './nomad-source.ts';
import type { TemplateSettings } from './settings.ts';
import { createTaskTemplates, type TaskTemplates } from './task-templates.ts';

/** The templates of all tasks of a client. What several of them ask of the catalog is asked for once. */
export type Templates = {
  /** A task's templates, read anew. Those that it had before are let go. */
  open(context: HookContext): Promise<TaskTemplates>;
  of(context: HookContext): TaskTemplates | undefined;
  /** Lets them go: nothing is rendered any more. */
  close(context: HookContext): void;
  stop(): void;
};

export type TemplatesDeps = {
  settings: TemplateSettings;
  /** For what Nomad itself keeps. */
  askServers: AskServers;
  clock: Clock;
  random: () => number;
};

export function createTemplates({ settings, askServers, clock, random }: TemplatesDeps): Templates {
  const shared = sharedData({ settings, clock, random });
  const tasks = new Map<string, TaskTemplates>();
  const keyOf = ({ allocation, task }: HookContext) => `${allocation.ID}/${task.Name}`;

  function close(context: HookContext): void {
    tasks.get(keyOf(context))?.stop();
    tasks.delete(keyOf(context));
  }

  return {
    async open(context) {
      close(context);
      const made = await createTaskTemplates({ context, shared, settings, askServers });
      tasks.set(keyOf(context), made);
      // Whatever ends the task ends its templates: before it is told to end, nothing may restart it.
      context.signal.addEventListener('abort', () => made.stop(), { once: true });
      return made;
    },
    of: (context) => tasks.get(keyOf(context)),
    close,
    stop() {
      for (const task of tasks.values()) task.stop();
      tasks.clear();
      shared.stop();
    },
  };
}

function sharedData({ settings, clock, random }: Omit<TemplatesDeps, 'askServers'>): WatchedData {
  return createWatchedData({
    source: {
      async ask(dependency, { after, signal }) {
        const consul = settings.consul();
        if (consul === undefined) {
          throw new TemplateFileError(
            "the agent's Consul API is turned off (ports { consul_http }): templates need it",
          );
        }
        const answer = await askConsul(consul, dependency, { after, signal, sleep: clock.sleep });
        return answer ?? { data: undefined, index: 1 };
      },
    },
    sleep: clock.sleep,
    random,
  });
}
