import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import { CommandError } from '../errors.ts';
import { keyOf } from '../key.ts';
import { readBytes } from '../read-text.ts';

export const command = defineCommand({
  usage: '[flags] DATA',
  description: `Writes the keys and values that "kv export" has printed. DATA is that JSON, @FILE for a file with it, or "-" for the
standard input.`,
  args: [1, 1],
  flags: {
    prefix: { kind: 'text', value: 'PREFIX', help: 'Put before each key' },
    ...CONSUL_FLAGS,
  },
  examples: ['kv import @app.json', 'kv export app/ | shoal kv import -prefix copy/ -'],
  async run({ flags, args, io, env }) {
    const [given = ''] = args;
    const source =
      given === '-' ? await io.input() : given.startsWith('@') ? await readBytes(given.slice(1)) : Buffer.from(given);
    const { kv } = connectConsul(flags, env);
    for (const { key, value, flags: number } of entries(source.toString('utf8'))) {
      const name = keyOf(`${flags.prefix ?? ''}${key}`);
      await kv.put(name, Buffer.from(value, 'base64'), { flags: number });
      io.out(`Imported: ${name}\n`);
    }
    return 0;
  },
});

type Entry = { key: string; value: string; flags: string };

function entries(text: string): Entry[] {
  const wrong = (reason: string) => new CommandError(`the data is not what "kv export" prints: ${reason}`);
  let data: unknown;
  try {
    // A number of 64 bits would lose its last digits.
    data = JSON.parse(text.replace(/"flags":\s*(\d{16,})/g, '"flags":"$1"'));
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  if (!Array.isArray(data)) throw wrong('it is no list');
  return data.map((item: unknown, at) => {
    const { key, value = '', flags = 0 } = (item ?? {}) as Record<string, unknown>;
    if (typeof key !== 'string' || typeof value !== 'string') throw wrong(`entry ${at} has no key and value`);
    return { key, value, flags: String(flags) };
  });
}
