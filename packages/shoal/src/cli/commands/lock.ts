import type { ConsulHttp } from '@shoal/api';
import { parseDuration } from '../../duration.ts';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { keyOf } from '../key.ts';
import { acquire, type Held, release, watchHolder } from '../lock/acquire.ts';
import { runChild } from '../lock/child.ts';
import { type KeptSession, keepSession } from '../lock/session.ts';

const TTL_SECONDS = 15;

export const command = defineCommand({
  usage: '[flags] PREFIX PROGRAM [ARGUMENTS…]',
  description: `Runs PROGRAM while it holds the lock PREFIX/.lock; others wait until it is free. When the lock is lost, PROGRAM is ended.

A lock alone is no mutual exclusion: a program that stands still for a while does not know that its lock has gone to somebody else, and goes on
writing. PROGRAM therefore finds a number in SHOAL_LOCK_FENCE that is greater for each later holder. Give it along with every write,
and let whatever is written to refuse a smaller number than it has seen.`,
  args: [2, Number.POSITIVE_INFINITY],
  argsLast: true,
  flags: {
    name: { kind: 'text', value: 'NAME', help: 'Of the session' },
    try: { kind: 'text', value: 'DURATION', help: 'Give up after this time; default: never' },
    timeout: { kind: 'text', value: 'DURATION', help: 'The same as -try', hidden: true },
    shell: { kind: 'bool', help: 'The arguments are one line for a shell' },
    'child-exit-code': { kind: 'bool', help: 'End with 2 when PROGRAM fails' },
    n: { kind: 'number', value: '1', help: 'Holders at a time: one' },
    verbose: { kind: 'bool', help: 'Tell what is done' },
    ...CONSUL_FLAGS,
  },
  examples: ['lock deploy/web ./deploy.sh', 'lock -try 30s jobs/nightly ./nightly'],
  async run({ flags, args, io, env }) {
    if (flags.n !== undefined && flags.n !== 1) throw new UsageError('only one holder at a time is offered: -n is 1');
    const [prefix = '', ...program] = args;
    const key = `${keyOf(prefix).replace(/\/$/, '')}/.lock`;
    const tell = (text: string) => flags.verbose && io.err(`${text}\n`);
    const http = connectConsulHttp(flags, env);
    const session = await keepSession(http, flags.name ?? `shoal lock ${key}`, TTL_SECONDS);
    try {
      tell(`Waiting for ${key}`);
      const held = await acquire(
        http,
        key,
        session.id,
        AbortSignal.any([session.lost, ...giveUp(flags.try ?? flags.timeout)]),
      );
      if (!held) throw new CommandError(`Lock acquisition failed: ${key} is held by somebody else`);
      tell(`Holding ${key} (fence ${held.fence})`);
      const words = flags.shell ? ['/bin/sh', '-c', program.join(' ')] : program;
      const code = await runHolding(http, { key, session, held }, words, io);
      if (code === LOST) return 1;
      return code !== 0 && flags['child-exit-code'] ? 2 : 0;
    } finally {
      await session.end().catch(() => undefined);
    }
  },
});

const LOST = -1;
type Holding = { readonly key: string; readonly session: KeptSession; readonly held: Held };

/** The program's exit code, or LOST. */
async function runHolding(
  http: ConsulHttp,
  { key, session, held }: Holding,
  words: readonly string[],
  io: Io,
): Promise<number> {
  const over = new AbortController();
  const gone = new AbortController();
  const lost = AbortSignal.any([session.lost, gone.signal]);
  const watching = watchHolder(http, key, session.id, over.signal).then(() => !over.signal.aborted && gone.abort());
  const env = { ...process.env, CONSUL_LOCK_HELD: 'true', SHOAL_LOCK_FENCE: String(held.fence) };
  const { code, error } = await runChild(words, env, lost);
  over.abort();
  await watching;
  if (error !== undefined) io.err(`${words[0]}: ${error}\n`);
  if (lost.aborted) {
    io.err('Lock lost, the program was ended\n');
    return LOST;
  }
  await release(http, key, session.id);
  return code;
}

function giveUp(text: string | undefined): AbortSignal[] {
  if (text === undefined) return [];
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined) throw new UsageError(`flag -try needs a duration such as 30s, not "${text}"`);
  return [AbortSignal.timeout(nanoseconds / 1e6)];
}
