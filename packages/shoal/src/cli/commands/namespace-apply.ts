import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';

export const command = defineCommand({
  usage: '[flags] NAME',
  description: 'Makes a namespace, or changes one. What is not given stays as it is.',
  args: [1, 1],
  flags: { description: { kind: 'text', value: 'TEXT', help: 'What the namespace is for' }, ...NOMAD_FLAGS },
  examples: ['namespace apply -description build-jobs ci'],
  async run({ flags, args, io, env }) {
    const [name = ''] = args;
    const { namespaces } = connectNomad(flags, env);
    const { value: existing } = await namespaces.read(name);
    await namespaces.put({
      Name: name,
      Description: flags.description ?? existing?.Description ?? '',
      Meta: existing?.Meta ?? null,
    });
    io.out(`Successfully applied namespace "${name}"!\n`);
    return 0;
  },
});
