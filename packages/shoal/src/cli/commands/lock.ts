import { parseDuration } from '../../duration.ts';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { keyOf } from '../key.ts';
import { runChild } from '../lock/child.ts';
import { lockTurn } from '../lock/lock.ts';
import { semaphoreTurn } from '../lock/semaphore.ts';
import { type KeptSession, keepSession } from '../lock/session.ts';
import type { Held, Turn } from '../lock/turn.ts';
import { programWords } from '../shell-words.ts';

const TTL_SECONDS = 15;

export const command = defineCommand({
  usage: '[flags] PREFIX PROGRAM [ARGUMENTS…]',
  description: `Runs PROGRAM while it holds the lock PREFIX/.lock; others wait until it is free. With -n there are as many holders at a time. When the
lock is lost, PROGRAM is ended. PROGRAM and its arguments are one line for a shell, unless -shell=false is given.

A lock alone is no mutual exclusion: a program that stands still for a while does not know that its lock has gone to somebody else, and goes on
writing. PROGRAM therefore finds a number in SHOAL_LOCK_FENCE that is greater for each later holder. Give it along with every write,
and let whatever is written to refuse a smaller number than it has seen.`,
  args: [2, Number.POSITIVE_INFINITY],
  argsLast: true,
  flags: {
    name: { kind: 'text', value: 'NAME', help: 'Of the session' },
    try: { kind: 'text', value: 'DURATION', help: 'Give up after this time; default: never' },
    timeout: { kind: 'text', value: 'DURATION', help: 'The same as -try', hidden: true },
    n: { kind: 'number', value: 'N', help: 'Holders at a time; default 1. All must say the same' },
    shell: { kind: 'bool', help: 'The arguments are one line for $SHELL; default true' },
    'pass-stdin': { kind: 'bool', help: 'PROGRAM reads what stands on the standard input' },
    'child-exit-code': { kind: 'bool', help: 'End with 2 when PROGRAM fails' },
    'monitor-retry': {
      kind: 'number',
      help: 'Taken as Consul takes it: the lock is watched while its session lives',
      hidden: true,
    },
    verbose: { kind: 'bool', help: 'Tell what is done' },
    ...CONSUL_FLAGS,
  },
  examples: ['lock deploy/web ./deploy.sh', 'lock -try 30s jobs/nightly ./nightly', 'lock -n 3 builds make -j4'],
  async run({ flags, args, io, env }) {
    const limit = flags.n ?? 1;
    if (limit < 1) throw new UsageError('Lock holder limit must be positive');
    const [prefix = '', ...program] = args;
    const path = keyOf(prefix).replace(/\/$/, '');
    const tell = (text: string) => flags.verbose && io.err(`${text}\n`);
    const http = connectConsulHttp(flags, env);
    const session = await keepSession(http, {
      name: flags.name ?? `Consul lock for '${program.join(' ')}' at '${path}'`,
      ttlSeconds: TTL_SECONDS,
      // The keys of those who want a semaphore are their own, and go with them.
      behavior: limit > 1 ? 'delete' : 'release',
    });
    const turn = limit > 1 ? semaphoreTurn(http, path, session.id, limit) : lockTurn(http, path, session.id);
    try {
      tell(`Waiting for ${turn.name}`);
      const held = await turn.take(AbortSignal.any([session.lost, ...giveUp(flags.try ?? flags.timeout)]));
      if (!held) throw new CommandError(`Lock acquisition failed: ${turn.name} is held by somebody else`);
      tell(`Holding ${turn.name} (fence ${held.fence})`);
      const words = programWords(program, flags.shell ?? true, env);
      const code = await runHolding({ turn, session, held }, words, { io, passInput: flags['pass-stdin'] === true });
      if (code === LOST) return 1;
      tell('The program has ended, and the lock is free');
      return code !== 0 && flags['child-exit-code'] ? 2 : 0;
    } finally {
      await session.end().catch(() => undefined);
    }
  },
});

const LOST = -1;
type Holding = { readonly turn: Turn; readonly session: KeptSession; readonly held: Held };

/** The program's exit code, or LOST. */
async function runHolding(
  { turn, session, held }: Holding,
  words: readonly string[],
  { io, passInput }: { io: Io; passInput: boolean },
): Promise<number> {
  const over = new AbortController();
  const gone = new AbortController();
  const signal = AbortSignal.any([session.lost, gone.signal]);
  const watching = turn.lost(over.signal).then(() => !over.signal.aborted && gone.abort());
  const env = { ...process.env, CONSUL_LOCK_HELD: 'true', SHOAL_LOCK_FENCE: String(held.fence) };
  const { code, error } = await runChild(words, env, { signal, passInput });
  over.abort();
  await watching;
  if (error !== undefined) io.err(`${words[0]}: ${error}\n`);
  if (signal.aborted) {
    io.err('Lock lost, the program was ended\n');
    return LOST;
  }
  if (code !== 0 && error === undefined) io.err(`Error running handler: exit status ${code}\n`);
  await turn.give();
  return code;
}

function giveUp(text: string | undefined): AbortSignal[] {
  if (text === undefined) return [];
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined) throw new UsageError(`flag -try needs a duration such as 30s, not "${text}"`);
  return [AbortSignal.timeout(nanoseconds / 1e6)];
}
