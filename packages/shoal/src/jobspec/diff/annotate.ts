import type { FieldDiff, JobDiff, TaskDiff, TaskGroupDiff } from './types.ts';

/** What a plan would do with a group's allocations, as `Annotations.DesiredTGUpdates` has it. */
export type DesiredUpdates = {
  Ignore: number;
  Place: number;
  Migrate: number;
  Stop: number;
  InPlaceUpdate: number;
  DestructiveUpdate: number;
  Canary: number;
  Preemptions?: number;
};

const UPDATE_WORDS: [keyof DesiredUpdates, string][] = [
  ['Ignore', 'ignore'],
  ['Place', 'create'],
  ['Migrate', 'migrate'],
  ['Stop', 'destroy'],
  ['Canary', 'canary'],
  ['InPlaceUpdate', 'in-place update'],
  ['DestructiveUpdate', 'create/destroy update'],
  ['Preemptions', 'preemptions'],
];

/** Changes of these leave a running task as it is. */
const IN_PLACE_FIELDS = ['KillTimeout', 'KillSignal', 'ShutdownDelay'];
const IN_PLACE_BLOCKS = ['LogConfig', 'Service', 'Constraint', 'RestartPolicy', 'Scaling'];

/** The diff with what it will cause: `Updates` of groups, and "forces …" on counts and tasks. */
export function annotate(diff: JobDiff, desired: Record<string, DesiredUpdates> | null): JobDiff {
  const groups = diff.TaskGroups?.map((group) => annotateGroup(group, desired?.[group.Name])) ?? null;
  return { ...diff, TaskGroups: groups };
}

function annotateGroup(group: TaskGroupDiff, desired: DesiredUpdates | undefined): TaskGroupDiff {
  return {
    ...group,
    Updates: desired ? updatesOf(desired) : null,
    Fields: group.Fields?.map(annotateCount) ?? null,
    Tasks: group.Tasks?.map((task) => ({ ...task, Annotations: taskAnnotations(task, group) })) ?? null,
  };
}

function updatesOf(desired: DesiredUpdates): Record<string, number> {
  const counted = UPDATE_WORDS.map(([field, word]): [string, number] => [word, desired[field] ?? 0]);
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}

function annotateCount(field: FieldDiff): FieldDiff {
  if (field.Name !== 'Count' || field.Type === 'None') return field;
  const grows = field.Type === 'Added' || (field.Type === 'Edited' && Number(field.New) > Number(field.Old));
  return { ...field, Annotations: [grows ? 'forces create' : 'forces destroy'] };
}

function taskAnnotations(task: TaskDiff, group: TaskGroupDiff): string[] | null {
  if (task.Type === 'None') return null;
  if (group.Type === 'Added') return ['forces create'];
  if (group.Type === 'Deleted') return ['forces destroy'];
  return [isInPlace(task) ? 'forces in-place update' : 'forces create/destroy update'];
}

function isInPlace(task: TaskDiff): boolean {
  if (task.Type !== 'Edited') return false;
  const fields = (task.Fields ?? []).filter((each) => each.Type !== 'None');
  return (
    fields.every((each) => IN_PLACE_FIELDS.includes(each.Name)) &&
    (task.Objects ?? []).every((each) => IN_PLACE_BLOCKS.includes(each.Name))
  );
}
