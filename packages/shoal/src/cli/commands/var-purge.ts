import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';

export const command = defineCommand({
  usage: '[flags] PATH',
  description: 'Deletes a variable for good.',
  args: [1, 1],
  flags: {
    'check-index': { kind: 'number', help: 'Only if the variable has this index' },
    y: { kind: 'bool', help: 'Nothing is asked', hidden: true },
    ...NOMAD_FLAGS,
  },
  examples: ['var purge app/db', 'var purge -check-index=116 app/db'],
  async run({ flags, args, io, env }) {
    const [path = ''] = args;
    const checkIndex = flags['check-index'];
    const left = await connectNomad(flags, env).variables.delete(path, checkIndex === undefined ? {} : { checkIndex });
    if (left?.Lock) throw new CommandError(`Variable "${path}" is locked: only who holds the lock may change it`);
    if (left)
      throw new CommandError(
        `Variable "${path}" was not deleted: it is at index ${left.ModifyIndex}, not ${checkIndex}`,
      );
    io.out(`Successfully purged variable "${path}"!\n`);
    return 0;
  },
});
