import { spawn } from 'node:child_process';
import { followWatch, readWatch } from '../../watch/follow.ts';
import { payloadText } from '../../watch/handler.ts';
import type { WatchSpec } from '../../watch/spec.ts';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';
import type { FlagSpecs, FlagValues } from '../flags.ts';
import { jsonText } from '../output/json.ts';
import { programWords } from '../shell-words.ts';

const TYPES = ['key', 'keyprefix', 'services', 'nodes', 'service', 'checks', 'event'] as const;

const WATCH_FLAGS = {
  type: { kind: 'text', value: 'TYPE', help: TYPES.join(', ') },
  key: { kind: 'text', value: 'KEY', help: 'Of type key' },
  prefix: { kind: 'text', value: 'PREFIX', help: 'Of type keyprefix' },
  service: { kind: 'text', value: 'NAME', help: 'Of types service and checks' },
  tag: { kind: 'texts', value: 'TAG', help: 'Of type service; several must all be there' },
  passingonly: { kind: 'bool', help: 'Of type service: only instances whose checks all pass' },
  state: { kind: 'text', value: 'STATE', help: 'Of type checks; default any' },
  name: { kind: 'text', value: 'NAME', help: 'Of type event' },
  filter: { kind: 'text', value: 'EXPRESSION', help: 'Only what this is true of' },
  shell: { kind: 'bool', help: 'PROGRAM and its arguments are one line for $SHELL; default true' },
} as const satisfies FlagSpecs;

export const command = defineCommand({
  usage: '[flags] [PROGRAM [ARGUMENTS…]]',
  description: `Watches what -type says. Each time that it changes, PROGRAM is run with the new content as JSON on its standard input, one run after the
other; the first time at once. Without PROGRAM the content is printed once.`,
  args: [0, Number.POSITIVE_INFINITY],
  argsLast: true,
  flags: { ...WATCH_FLAGS, ...CONSUL_FLAGS },
  examples: ['watch -type service -service web -passingonly ./reload.sh', 'watch -type key -key app/color'],
  async run({ flags, args, io, env }) {
    const spec = specOf(flags);
    const over = new AbortController();
    const http = connectConsulHttp(flags, env);
    if (args.length === 0) {
      io.out(jsonText(await readWatch(spec, http)));
      return 0;
    }
    const onFailure = (error: unknown) => io.err(`${error instanceof Error ? error.message : String(error)}\n`);
    for await (const change of followWatch(spec, { http, signal: over.signal, onFailure })) {
      const code = await run(programWords(args, flags.shell ?? true, env), payloadText(change), change.index);
      if (code !== 0) {
        io.err(`${args[0]} ended with ${code}\n`);
        return 1;
      }
    }
    return 0;
  },
});

type Flags = FlagValues<typeof WATCH_FLAGS>;

function specOf({ type, key, prefix, service, tag, passingonly, state, name, filter }: Flags): WatchSpec {
  const known = TYPES.find((one) => one === type);
  if (!known) throw new UsageError(type === undefined ? 'say what to watch with -type' : `there is no type "${type}"`);
  const needed = { key, keyprefix: prefix, service } as Partial<Record<string, string | undefined>>;
  if (known in needed && needed[known] === undefined)
    throw new UsageError(`a watch of type ${known} needs -${known === 'keyprefix' ? 'prefix' : known}`);
  return { type: known, parameters: { key, prefix, service, tag, passingonly, state, name, filter } };
}

/** Its output goes where ours does. */
function run([program = '', ...args]: readonly string[], input: string, index: string): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...process.env, CONSUL_INDEX: index },
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
