import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import { CommandError, UsageError } from '../errors.ts';
import { keyOf } from '../key.ts';

export const command = defineCommand({
  usage: '[flags] KEY',
  description: 'Deletes a key, or with -recurse all keys that begin so.',
  args: [0, 1],
  flags: {
    recurse: { kind: 'bool', help: 'All keys that begin so' },
    cas: { kind: 'bool', help: 'Only if the key is as -modify-index says' },
    'modify-index': { kind: 'number', help: 'Index for -cas' },
    ...CONSUL_FLAGS,
  },
  examples: ['kv delete app/color', 'kv delete -recurse app/'],
  async run({ flags, args, io, env }) {
    const key = keyOf(args[0] ?? '');
    const { kv } = connectConsul(flags, env);
    if (flags.recurse) {
      if (flags.cas) throw new UsageError('give either -cas or -recurse');
      await kv.delete(key, { recurse: true });
      io.out(`Success! Deleted keys with prefix: ${key}\n`);
      return 0;
    }
    if (key === '') throw new UsageError('name a key');
    const cas = flags['modify-index'];
    if (flags.cas && cas === undefined) throw new UsageError('-cas needs -modify-index');
    const done = await kv.delete(key, flags.cas && cas !== undefined ? { cas } : {});
    if (!done) throw new CommandError(`Did not delete ${key}: somebody else has changed it (its index is not ${cas})`);
    io.out(`Success! Deleted key: ${key}\n`);
    return 0;
  },
});
