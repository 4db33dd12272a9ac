import { parseDuration } from '../../duration.ts';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { UsageError } from '../errors.ts';
import { runChild } from '../lock/child.ts';
import { programWords } from '../shell-words.ts';
import { describedVariable } from '../variables/arguments.ts';
import { takeVariableLock } from '../variables/lock.ts';
import { outputForm } from '../variables/show.ts';

const DEFAULT = '15s';

export const command = defineCommand({
  usage: '[flags] [PATH] [@FILE] PROGRAM [ARGUMENTS…]',
  description: `Runs PROGRAM while it holds the lock of a variable; others wait until it is free. The variable is made if there is none, and gets
the items of the specification FILE if one is named. When the lock is lost, PROGRAM is ended. PROGRAM and its arguments are one line for a shell,
unless -shell=false is given. Ends with the exit code of PROGRAM.`,
  args: [2, Number.POSITIVE_INFINITY],
  argsLast: true,
  flags: {
    ttl: {
      kind: 'text',
      value: 'DURATION',
      help: `How long it holds without being renewed, 10s to 24h; default ${DEFAULT}`,
    },
    delay: {
      kind: 'text',
      value: 'DURATION',
      help: `How long nobody gets it after it was not renewed, 10s to 24h; default ${DEFAULT}`,
    },
    in: { kind: 'text', value: 'FORMAT', help: 'Of a specification without a telling name: json (default) or hcl' },
    shell: { kind: 'bool', help: 'The arguments are one line for $SHELL; default true' },
    'max-retry': { kind: 'number', help: 'Taken as Nomad takes it: it is renewed while it can be', hidden: true },
    verbose: { kind: 'bool', help: 'Tell on the standard error what is done' },
    ...NOMAD_FLAGS,
  },
  examples: ['var lock deploy/web ./deploy.sh', 'var lock -ttl 1m deploy/web @spec.nv.hcl ./deploy.sh --all'],
  async run({ flags, args, io, env }) {
    const format = outputForm(flags.in, ['json', 'hcl'], 'json');
    const [ttlMs, delayMs] = [msOf('ttl', flags.ttl), msOf('delay', flags.delay)];
    const isSpec = (word: string | undefined) => word?.startsWith('@') === true;
    const own = !isSpec(args[0]) && isSpec(args[1]) ? 2 : 1;
    const program = args.slice(own);
    if (program.length === 0) throw new UsageError('there is no program to run');
    const described = await describedVariable(args.slice(0, own), { io, format });
    const namespace = flags.namespace || env[NOMAD_FLAGS.namespace.env] || described.namespace;
    const tell = (text: string) => flags.verbose && io.err(`${text}\n`);
    const { path, items } = described;
    const lock = await takeVariableLock(connectNomad(flags, env), { namespace, path, items, ttlMs, delayMs }, () =>
      tell(`Waiting for the lock of ${path}`),
    );
    tell(`Holding the lock of ${path}`);
    try {
      const words = programWords(program, flags.shell ?? true, env);
      const { code, error } = await runChild(words, process.env, { signal: lock.lost, passInput: true });
      if (error !== undefined) io.err(`${words[0]}: ${error}\n`);
      if (!lock.lost.aborted) return code;
      io.err('Lock lost, the program was ended\n');
      return 1;
    } finally {
      await lock.release().catch((error: unknown) => io.err(`The lock could not be released: ${String(error)}\n`));
    }
  },
});

function msOf(flag: string, text = DEFAULT): number {
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined) throw new UsageError(`flag -${flag} needs a duration such as 30s, not "${text}"`);
  return nanoseconds / 1e6;
}
