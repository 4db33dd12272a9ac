import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { figuresText } from '../show/figures.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Shows figures of the agent that is asked, by its parts.',
  args: [0, 0],
  flags: { ...DATA_FLAGS, ...NOMAD_FLAGS },
  examples: ['agent-info'],
  async run({ flags, io, env }) {
    const { stats } = await connectNomad(flags, env).agent.self();
    io.out((await asData(stats, flags)) ?? figuresText(stats));
    return 0;
  },
});
