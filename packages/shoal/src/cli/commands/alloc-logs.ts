import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findAllocation, findTask } from '../find/task.ts';
import { dataOf, TAIL_FLAGS, tailBytes, tailOf } from '../tail.ts';

export const command = defineCommand({
  usage: '[flags] ALLOCATION [TASK]',
  description: `Prints what a task has written. TASK may be left out where there is only one. With -job, ALLOCATION is a job, and
its newest running allocation is taken.`,
  args: [1, 2],
  flags: {
    stderr: { kind: 'bool', help: 'What it wrote to the standard error' },
    stdout: { kind: 'bool', help: 'What it wrote to the standard output, which is the default' },
    ...TAIL_FLAGS,
    job: { kind: 'bool', help: 'The argument is a job' },
    task: { kind: 'text', value: 'TASK', help: 'The task, instead of the second argument' },
    verbose: { kind: 'bool', help: 'Taken as Nomad takes it', hidden: true },
    ...NOMAD_FLAGS,
  },
  examples: ['alloc logs 85d9bbbf', 'alloc logs -f -stderr 85d9bbbf server', 'alloc logs -job -tail -n 50 web'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const alloc = await findAllocation(nomad, args[0] ?? '', io, flags.job);
    const task = findTask(alloc, flags.task ?? args[1]);
    const type = flags.stderr ? 'stderr' : 'stdout';
    const read = (from: { origin: 'start' | 'end'; offset: number }, follow: boolean) =>
      nomad.files.logs(alloc.ID, { task, type, follow, ...from });
    const tail = tailOf(flags);
    const offset = tail && (await tailBytes(tail, (bytes) => read({ origin: 'end', offset: bytes }, false)));
    const from = offset === undefined ? { origin: 'start' as const, offset: 0 } : { origin: 'end' as const, offset };
    await io.pour(dataOf(await read(from, flags.f === true)));
    return 0;
  },
});
