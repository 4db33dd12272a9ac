/** How two versions of a job differ, in the shape of Nomad's API (`Diff` of a plan, `Diffs` of versions). */
export type DiffType = 'Added' | 'Deleted' | 'Edited' | 'None';

export type FieldDiff = { Type: DiffType; Name: string; Old: string; New: string; Annotations: string[] | null };

export type ObjectDiff = { Type: DiffType; Name: string; Fields: FieldDiff[] | null; Objects: ObjectDiff[] | null };

export type TaskDiff = ObjectDiff & { Annotations: string[] | null };

export type TaskGroupDiff = ObjectDiff & {
  Tasks: TaskDiff[] | null;
  /** What the scheduler would do, in numbers of allocations; `null` until annotated. */
  Updates: Record<string, number> | null;
};

export type JobDiff = {
  Type: DiffType;
  ID: string;
  Fields: FieldDiff[] | null;
  Objects: ObjectDiff[] | null;
  TaskGroups: TaskGroupDiff[] | null;
};
