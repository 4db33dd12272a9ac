import { createWatchedData, type Dependency, type Subscription, type WatchedData } from '@shoal/gotemplate';
import type { TaskDirs } from '../drivers/driver.ts';
import type { HookServices } from '../hooks/hook.ts';
import { askFile } from './file-source.ts';

export type TaskDataInput = {
  shared: WatchedData;
  dirs: TaskDirs;
  anyFile: boolean;
  services: Pick<HookServices, 'clock' | 'random'>;
};

/** The data of one task's templates: what all tasks may ask for, and files, which each sees its own of. */
export function createTaskData({ shared, dirs, anyFile, services: { clock, random } }: TaskDataInput): WatchedData {
  const sandbox = anyFile ? undefined : [dirs.taskDir, dirs.sharedDir];
  const files = createWatchedData({
    source: {
      async ask(dependency, { after, signal }) {
        if (dependency.type !== 'file') throw new Error(`${dependency.type} is no file`);
        return askFile({ path: dependency.path, base: dirs.taskDir, sandbox, after, signal, sleep: clock.sleep });
      },
    },
    sleep: clock.sleep,
    random,
  });
  return {
    subscribe: (changed) => joined(shared.subscribe(changed), files.subscribe(changed)),
    stop: () => files.stop(),
  };
}

function joined(others: Subscription, files: Subscription): Subscription {
  const isFile = ({ type }: Dependency) => type === 'file';
  return {
    want(dependencies) {
      others.want(dependencies.filter((dependency) => !isFile(dependency)));
      files.want(dependencies.filter(isFile));
    },
    known(name) {
      // Null is a value: a key that is not there.
      const value = others.known(name);
      return value === undefined ? files.known(name) : value;
    },
    failure: (name) => others.failure(name) ?? files.failure(name),
    close() {
      others.close();
      files.close();
    },
  };
}
