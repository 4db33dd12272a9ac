import { createWatchedData, type Dependency, type Subscription, type WatchedData } from '@shoal/gotemplate';
import type { TaskDirs } from '../drivers/driver.ts';
import type { HookServices } from '../hooks/hook.ts';
import { askFile } from './file-source.ts';
import { type AskServers, askNomad, isOfNomad } from './nomad-source.ts';

export type TaskDataInput = {
  shared: WatchedData;
  /** Whose templates they are. */
  allocId: string;
  task: string;
  dirs: TaskDirs;
  anyFile: boolean;
  askServers: AskServers;
  services: Pick<HookServices, 'clock' | 'random'>;
};

/** The data of one task's templates: what all tasks may ask for, and what each sees its own of: files, and what Nomad keeps for it. */
export function createTaskData({
  shared,
  allocId,
  task,
  dirs,
  anyFile,
  askServers,
  services,
}: TaskDataInput): WatchedData {
  const { clock, random } = services;
  const sandbox = anyFile ? undefined : [dirs.taskDir, dirs.sharedDir];
  const own = createWatchedData({
    source: {
      async ask(dependency, { after, signal }) {
        if (dependency.type !== 'file') return askNomad(askServers, { dependency, allocId, task, after, signal });
        return askFile({ path: dependency.path, base: dirs.taskDir, sandbox, after, signal, sleep: clock.sleep });
      },
    },
    sleep: clock.sleep,
    random,
  });
  return {
    subscribe: (changed) => joined(shared.subscribe(changed), own.subscribe(changed)),
    stop: () => own.stop(),
  };
}

function joined(others: Subscription, own: Subscription): Subscription {
  const isOwn = (dependency: Dependency) => dependency.type === 'file' || isOfNomad(dependency);
  return {
    want(dependencies) {
      others.want(dependencies.filter((dependency) => !isOwn(dependency)));
      own.want(dependencies.filter(isOwn));
    },
    known(name) {
      // Null is a value: a key that is not there.
      const value = others.known(name);
      return value === undefined ? own.known(name) : value;
    },
    failure: (name) => others.failure(name) ?? own.failure(name),
    close() {
      others.close();
      own.close();
    },
  };
}
