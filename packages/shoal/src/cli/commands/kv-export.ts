import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import { keyOf } from '../key.ts';
import { jsonText } from '../output/json.ts';

export const command = defineCommand({
  usage: '[flags] [PREFIX]',
  description: 'Prints keys and values as JSON that "kv import" takes.',
  args: [0, 1],
  flags: CONSUL_FLAGS,
  examples: ['kv export app/ > app.json'],
  async run({ flags, args, io, env }) {
    const pairs = await connectConsul(flags, env).kv.tree(keyOf(args[0] ?? ''));
    io.out(jsonText(pairs.map(({ Key, Flags, Value }) => ({ key: Key, flags: Flags, value: Value ?? '' }))));
    return 0;
  },
});
