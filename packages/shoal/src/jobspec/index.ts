/** Job files and jobs: read, complete, check, store, compare. */

export { formatDuration, parseDuration } from '../duration.ts';
export { canonicalize, canonicalJob } from './canonicalize.ts';
export { annotate, type DesiredUpdates } from './diff/annotate.ts';
export { diff } from './diff/diff.ts';
export type { DiffType, FieldDiff, JobDiff, ObjectDiff, TaskDiff, TaskGroupDiff } from './diff/types.ts';
export type { Draft } from './draft.ts';
export { diagnosticLine, errorLines } from './parse/diagnostic-line.ts';
export { type ParsedJob, type ParseOptions, parseJob } from './parse/parse-job.ts';
export { type ReadJob, type ReadProblem, readJob } from './read.ts';
export { specChanged } from './spec-changed.ts';
export { toStored } from './stored.ts';
export { type SurroundingJob, tasksUpdated } from './tasks-updated.ts';
export { formatErrors, formatWarnings } from './validate/findings.ts';
export { type Validation, validate } from './validate/validate.ts';
