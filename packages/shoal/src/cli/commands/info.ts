import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { figuresText } from '../show/figures.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Shows figures of an agent.',
  args: [0, 0],
  flags: { ...CONSUL_FLAGS },
  examples: ['info'],
  async run({ flags, io, env }) {
    type Self = { Stats: Record<string, Record<string, string>> };
    const { value } = await connectConsulHttp(flags, env).ask<Self>('GET', '/v1/agent/self');
    io.out(figuresText(value?.Stats ?? {}));
    return 0;
  },
});
