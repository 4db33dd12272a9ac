import type { Allocation, TaskGroup } from '@shoal/api';
import { interpolate, type Variables } from '../env/interpolate.ts';
import { type RestartingCheck, restartingChecks, watchCheckRestarts } from '../services/check-restarts.ts';
import { groupServiceId } from '../services/registrations.ts';
import { unlessEnded } from '../services/task-checks.ts';
import type { TaskWorld } from '../task-runner/task-context.ts';
import type { TaskRunner } from '../task-runner/task-runner.ts';

/** Restarts tasks of a group whose checks fail for too long: the task that the check names, or all. */
export type GroupChecks = {
  /** The group's services are announced (again): from now on its checks are watched. */
  begin(allocation: Allocation, group: TaskGroup, variables: Variables): void;
  end(): void;
};

export function createGroupChecks(
  runners: ReadonlyMap<string, TaskRunner>,
  { clock, services: { registrar } }: TaskWorld,
): GroupChecks {
  let watch: { stop(): void } | undefined;

  function restart({ task }: RestartingCheck, reason: string): void {
    for (const [name, runner] of runners) {
      if (task !== '' && task !== name) continue;
      unlessEnded(() => runner.life.restart(reason, { counts: true }));
    }
  }

  return {
    begin(allocation, group, variables) {
      if (watch !== undefined) return;
      const fill = (text: string) => interpolate(text, variables);
      const checks = (group.Services ?? []).flatMap((service) =>
        restartingChecks(service, groupServiceId(allocation, group, service, variables), fill),
      );
      watch = watchCheckRestarts({ checks, registrar, clock, restart });
    },
    end() {
      watch?.stop();
      watch = undefined;
    },
  };
}
