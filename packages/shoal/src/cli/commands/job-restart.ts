import type { AllocStub } from '@shoal/api';
import { durationRemedy, parseDuration } from '../../duration.ts';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError, UsageError } from '../errors.ts';
import { findJob } from '../find/job.ts';
import type { Io } from '../io.ts';
import { shortId } from '../output/short-id.ts';
import { type Restarting, restartAllocation } from '../restart/restart-allocation.ts';

export const command = defineCommand({
  usage: '[flags] JOB',
  description: `Restarts the tasks of a job where they are, or with -reschedule puts new allocations in place of its own: a few at a
time, the next when those run again. Ends with 1 when one does not. JOB may be the beginning of an id; then it is
asked whether that is the one, unless -yes is given.`,
  args: [1, 1],
  flags: {
    'batch-size': {
      kind: 'text',
      value: 'COUNT',
      help: 'How many allocations at once, or a part such as 25%; default 1',
    },
    'batch-wait': { kind: 'text', value: 'DURATION', help: 'Pause between them; or "ask" before each' },
    group: { kind: 'texts', value: 'GROUP', help: 'Only allocations of this group (repeatable)' },
    task: { kind: 'texts', value: 'TASK', help: 'Only this task (repeatable)' },
    reschedule: { kind: 'bool', help: 'Stop allocations, and have others placed' },
    'no-shutdown-delay': { kind: 'bool', help: 'With -reschedule: without waiting for their shutdown_delay' },
    'on-error': { kind: 'text', value: 'WHAT', help: '"ask" whether to go on, or "fail", which is the default' },
    yes: { kind: 'bool', help: 'Do not ask' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['job restart web', 'job restart -batch-size 25% -batch-wait 10s web', 'job restart -reschedule web'],
  async run({ flags, args, io, env }) {
    const wait = waitOf(flags['batch-wait']);
    const onError = flags['on-error'] ?? 'fail';
    if (onError !== 'ask' && onError !== 'fail') throw new UsageError(`-on-error is ask or fail, not "${onError}"`);
    if (flags.reschedule && flags.task.length > 0) throw new UsageError('-task and -reschedule contradict each other');
    const nomad = connectNomad(flags, env);
    const { id, exact } = await findJob(nomad, args[0] ?? '', io);
    if (!exact && !flags.yes && !(await agrees(`Are you sure you want to restart job "${id}"?`, io)))
      throw new CommandError('Cancelled: nothing was restarted');
    const { value } = await nomad.jobs.allocations(id);
    const chosen = value.filter(
      ({ ClientStatus, DesiredStatus, TaskGroup }) =>
        ClientStatus === 'running' &&
        DesiredStatus === 'run' &&
        (flags.group.length === 0 || flags.group.includes(TaskGroup)),
    );
    checkNames(flags.task, chosen, id);
    const batches = inBatches(chosen, sizeOf(flags['batch-size'] ?? '1', chosen.length));
    const how: Restarting = {
      nomad,
      tasks: flags.task,
      reschedule: flags.reschedule === true,
      noShutdownDelay: flags['no-shutdown-delay'] === true,
      tell: (line) => io.out(`    ${line}\n`),
      show: (allocId) => shortId(allocId, flags.verbose === true),
    };
    let failed = 0;
    for (const [at, batch] of batches.entries()) {
      if (at > 0 && !(await pause(wait, io))) throw new CommandError('Cancelled: the others were not restarted');
      io.out(`==> Batch ${at + 1} of ${batches.length}: ${batch.length} of ${chosen.length} allocations\n`);
      const errors = await Promise.all(
        batch.map((alloc) => restartAllocation(alloc, how).catch((error: Error) => error)),
      );
      for (const error of errors.filter((each) => each !== undefined)) {
        failed += 1;
        io.err(`${io.paintErr.red('Error:')} ${error.message}\n`);
      }
      const isLast = at === batches.length - 1;
      if (failed > 0 && !isLast && !(onError === 'ask' && (await agrees('Go on with the others?', io)))) return 1;
    }
    io.out(chosen.length === 0 ? 'No allocation of it is running\n' : `==> ${chosen.length - failed} restarted\n`);
    return failed === 0 ? 0 : 1;
  },
});

function waitOf(given: string | undefined): number | 'ask' {
  if (given === undefined || given === 'ask') return given ?? 0;
  const nanos = parseDuration(given);
  if (nanos === undefined || nanos < 0) throw new UsageError(`flag -batch-wait: ${durationRemedy(given)}`);
  return nanos / 1e6;
}

function sizeOf(given: string, all: number): number {
  const [, digits, percent] = /^(\d+)(%?)$/.exec(given) ?? [];
  const count = Number(digits);
  if (digits === undefined || count === 0 || (percent && count > 100))
    throw new UsageError(`-batch-size is a count or a part such as 25%, not "${given}"`);
  return percent ? Math.max(1, Math.ceil((all * count) / 100)) : count;
}

function inBatches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function checkNames(tasks: readonly string[], allocs: readonly AllocStub[], job: string): void {
  const known = new Set(allocs.flatMap(({ TaskStates }) => Object.keys(TaskStates ?? {})));
  const strange = tasks.find((task) => !known.has(task));
  if (strange !== undefined && allocs.length > 0)
    throw new CommandError(`no allocation of "${job}" has a task "${strange}", but: ${[...known].sort().join(', ')}`);
}

async function pause(wait: number | 'ask', io: Io): Promise<boolean> {
  if (wait === 'ask') return agrees('Go on with the next?', io);
  await new Promise((resolve) => setTimeout(resolve, wait));
  return true;
}

async function agrees(question: string, io: Io): Promise<boolean> {
  return /^y(es)?$/i.test((await io.ask(`${question} [y/N] `))?.trim() ?? '');
}
