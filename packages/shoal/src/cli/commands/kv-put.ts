import { readFile } from 'node:fs/promises';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { keyOf } from '../key.ts';

export const command = defineCommand({
  usage: '[flags] KEY [VALUE]',
  description: `Writes a key. VALUE is text, @FILE for the content of a file, or "-" for the standard input. Flags come before the
key, so that a value may begin with a hyphen.`,
  args: [1, 2],
  argsLast: true,
  flags: {
    cas: { kind: 'bool', help: 'Only if the key is as -modify-index says' },
    'modify-index': { kind: 'number', help: 'Index for -cas; 0: only if the key is new' },
    flags: { kind: 'text', value: 'N', help: 'A number that is kept with the key' },
    base64: { kind: 'bool', help: 'VALUE is in base64' },
    ...CONSUL_FLAGS,
  },
  examples: ['kv put app/color blue', 'kv put app/config @config.json', 'kv put -cas -modify-index=12 app/color red'],
  async run({ flags, args, io, env }) {
    const key = keyOf(args[0] ?? '');
    if (key === '') throw new UsageError('the key is empty');
    if (flags.flags !== undefined && !/^\d+$/.test(flags.flags))
      throw new UsageError(`flag -flags needs a whole number, not "${flags.flags}"`);
    const given = await contentOf(args[1] ?? '', io);
    const value = flags.base64 ? Buffer.from(given.toString('utf8'), 'base64') : given;
    const cas = flags.cas ? (flags['modify-index'] ?? 0) : undefined;
    const written = await connectConsul(flags, env).kv.put(key, Buffer.from(value), {
      ...(cas !== undefined && { cas }),
      ...(flags.flags !== undefined && { flags: flags.flags }),
    });
    if (!written)
      throw new CommandError(`Did not write to ${key}: somebody else has changed it (its index is not ${cas})`);
    io.out(`Success! Data written to: ${key}\n`);
    return 0;
  },
});

async function contentOf(given: string, io: Io): Promise<Buffer> {
  if (given === '-') return io.input();
  return given.startsWith('@') ? readFile(given.slice(1)) : Buffer.from(given);
}
