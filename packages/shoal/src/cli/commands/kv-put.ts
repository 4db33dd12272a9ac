import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { keyOf } from '../key.ts';
import { readBytes } from '../read-text.ts';

export const command = defineCommand({
  usage: '[flags] KEY [VALUE]',
  description: `Writes a key. VALUE is text, @FILE for the content of a file, or "-" for the standard input. Flags come before the
key, so that a value may begin with a hyphen.`,
  args: [1, 2],
  argsLast: true,
  flags: {
    cas: { kind: 'bool', help: 'Only if the key is as -modify-index says' },
    'modify-index': { kind: 'number', help: 'Index for -cas; 0: only if the key is new' },
    acquire: { kind: 'bool', help: 'Lock the key for the -session; it must be free' },
    release: { kind: 'bool', help: 'Let the key go, which the -session holds' },
    session: { kind: 'text', value: 'ID', help: 'Of -acquire and -release; see "session create"' },
    flags: { kind: 'text', value: 'N', help: 'A number that is kept with the key' },
    base64: { kind: 'bool', help: 'VALUE is in base64' },
    ...CONSUL_FLAGS,
  },
  examples: [
    'kv put app/color blue',
    'kv put app/config @config.json',
    'kv put -cas -modify-index=12 app/color red',
    'kv put -acquire -session=$(shoal session create) app/leader me',
  ],
  async run({ flags, args, io, env }) {
    const key = args[0] ?? '';
    if (key.startsWith('/')) throw new UsageError(`a key must not begin with "/": write ${keyOf(key)}`);
    if (key === '') throw new UsageError('the key is empty');
    if (flags.flags !== undefined && !/^\d+$/.test(flags.flags))
      throw new UsageError(`flag -flags needs a whole number, not "${flags.flags}"`);
    const lock = lockOf(flags);
    if (flags.cas && flags['modify-index'] === undefined) throw new UsageError('-cas needs -modify-index');
    const given = await contentOf(args[1] ?? '', io);
    const value = flags.base64 ? decoded(given.toString('utf8').trim()) : given;
    const cas = flags.cas ? flags['modify-index'] : undefined;
    const written = await connectConsul(flags, env).kv.put(key, Buffer.from(value), {
      ...(cas !== undefined && { cas }),
      ...(flags.flags !== undefined && { flags: flags.flags }),
      ...lock,
    });
    if (!written && lock.acquire)
      throw new CommandError(`Did not acquire lock: ${key} is held by somebody else, or was let go just now`);
    if (!written && lock.release) throw new CommandError(`Did not release lock: ${key} is not held by that session`);
    if (!written)
      throw new CommandError(`Did not write to ${key}: somebody else has changed it (its index is not ${cas})`);
    io.out(
      lock.acquire
        ? `Success! Lock acquired on: ${key}\n`
        : lock.release
          ? `Success! Lock released on: ${key}\n`
          : `Success! Data written to: ${key}\n`,
    );
    return 0;
  },
});

async function contentOf(given: string, io: Io): Promise<Buffer> {
  if (given === '-') return io.input();
  return given.startsWith('@') ? readBytes(given.slice(1)) : Buffer.from(given);
}

type LockFlags = { acquire: boolean | undefined; release: boolean | undefined; session: string | undefined };

function lockOf({ acquire, release, session }: LockFlags): { acquire?: string; release?: string } {
  if (acquire && release) throw new UsageError('give either -acquire or -release');
  if (!acquire && !release) return {};
  if (!session) throw new UsageError('Missing -session (required with -acquire and -release)');
  return acquire ? { acquire: session } : { release: session };
}

function decoded(text: string): Buffer {
  const at = text.search(/[^A-Za-z0-9+/=\s]/);
  if (at >= 0) throw new CommandError(`the value is not base64: illegal character at ${at}`);
  return Buffer.from(text, 'base64');
}
