import { setTimeout as delay } from 'node:timers/promises';
import { formatDiagnostic } from '@shoal/hcl';
import { type Agent, startAgent } from '../../agent/agent.ts';
import { createLogger } from '../../agent/logger.ts';
import type { AgentConfig } from '../../config/agent-config.ts';
import type { AgentFlags } from '../../config/flags.ts';
import { type ConfigEnvironment, type LoadedConfig, loadConfig, systemEnvironment } from '../../config/load.ts';
import { describeReload } from '../../config/reload.ts';
import { keepMemoryLow } from '../../idle-memory.ts';
import type { Log } from '../../log.ts';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { banner, placesOf } from './banner.ts';
import { type Ending, endings } from './endings.ts';
import { startFailure } from './start-failure.ts';

export type AgentStart = {
  readonly paths: readonly string[];
  readonly flags: AgentFlags;
  /** Settings of the command line that only a file of a dialect can say: read after the files. */
  readonly extra?: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
};

/** Longest time that the rest of the process may take after the agent has stopped. */
const LINGER_MS = 2_000;
/** Time that a start may still take when the agent was told to end. */
const START_GRACE_MS = 3_000;

/** Starts the agent, and stays until it is told to end. Answers with the exit code. */
export async function runAgent(start: AgentStart, io: Io): Promise<number> {
  const loaded = await load(start);
  if (!loaded.config) throw new CommandError(frames(loaded, io, 'error').trim());
  const { config } = loaded;
  const log = createLogger(config.log);
  neverDie(log);
  tellWarnings(loaded, config, io, log);
  const ending = endings();
  const memory = keepMemoryLow();
  let starting: Promise<Agent> | undefined;
  const onReload = oneAtATime(() => readAgain(start, starting, io, log));
  process.on('SIGHUP', () => void onReload());
  try {
    const joining = new AbortController();
    void ending.ended.then(() => joining.abort(new Error('the agent was told to end')));
    starting = startAgent({ config, log, onLeave: () => ending.end('leave'), onReload, signal: joining.signal });
    const agent = await startedOrEnded(starting, ending.ended).catch((error: unknown) => {
      throw startFailure(error, config);
    });
    if (!agent) throw new CommandError('the agent was told to end before it had started');
    if (io.live && config.log.json !== true) io.err(banner(config, agent.serves, io.paintErr));
    const { nodeName: node, datacenter } = config;
    log.info({ node, datacenter, roles: rolesOf(config), ...placesOf(agent.serves) }, 'agent: started');
    const cause = await ending.ended;
    const tasks = tasksAt(cause, config);
    log.info({ cause, tasks }, `agent: stopping, tasks ${tasks === 'stop' ? 'are ended' : 'go on'}`);
    await agent.stop({ tasks });
    log.info({}, 'agent: stopped');
  } finally {
    ending.close();
    memory.stop();
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
  return 0;
}

/** Reads the configuration again, as SIGHUP and `reload` ask; once the agent has started. One that is wrong changes nothing. */
async function readAgain(start: AgentStart, starting: Promise<Agent> | undefined, io: Io, log: Log): Promise<void> {
  // A start that fails is told by who waits for it.
  const agent = await starting?.catch(() => undefined);
  if (!agent) return;
  const loaded = await load(start);
  if (!loaded.config)
    return log.error({}, `config: read again, but it is wrong and was not taken:\n${frames(loaded, io, 'error')}`);
  tellWarnings(loaded, loaded.config, io, log);
  for (const { level, message } of describeReload(await agent.reload(loaded.config))) log[level]({}, message);
}

/** Calls that come while one is under way share the next. */
function oneAtATime(action: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= last.then(() => {
      next = undefined;
      return action();
    });
    last = next.catch(() => undefined);
    return next;
  };
}

function rolesOf({ server, client, edge }: AgentConfig): string {
  return Object.entries({ server, client, edge })
    .filter(([, { enabled }]) => enabled)
    .map(([name]) => name)
    .join(',');
}

/** Told to end while it starts, an agent gets a moment to become whole, so that it can be stopped in order. */
function startedOrEnded(starting: Promise<Agent>, ended: Promise<Ending>): Promise<Agent | undefined> {
  const late = ended.then(() => delay(START_GRACE_MS, undefined, { ref: false }));
  return Promise.race([starting, late]);
}

/** Tasks outlive an agent that is ended, unless the configuration (as with -dev) says otherwise, or it leaves: then they are wanted elsewhere. */
export function tasksAt(cause: Ending, config: Pick<AgentConfig, 'leaveOnTerminate' | 'leaveOnInterrupt'>) {
  if (cause === 'leave') return 'stop';
  const leaves = cause === 'SIGINT' ? config.leaveOnInterrupt : config.leaveOnTerminate;
  return leaves ? 'stop' : 'keep';
}

async function load({ paths, flags, extra }: AgentStart): Promise<LoadedConfig> {
  const env = await systemEnvironment();
  if (!extra) return loadConfig({ paths, flags, env });
  return loadConfig({ paths: [...paths, extra.name], flags, env: withFile(env, extra) });
}

function withFile(env: ConfigEnvironment, { name, settings }: NonNullable<AgentStart['extra']>): ConfigEnvironment {
  const { files } = env;
  return {
    ...env,
    files: {
      ...files,
      isFolder: async (path) => path !== name && files.isFolder(path),
      read: async (path) => (path === name ? JSON.stringify(settings, undefined, 2) : files.read(path)),
    },
  };
}

/** All diagnostics of one kind as code frames. */
export function frames(loaded: LoadedConfig, io: Io, severity: 'error' | 'warning'): string {
  return loaded.diagnostics
    .filter((diagnostic) => diagnostic.severity === severity)
    .map((diagnostic) =>
      formatDiagnostic(diagnostic, loaded.sources.get(diagnostic.range?.filename ?? ''), {
        color: io.paintErr.bold('x') !== 'x',
      }),
    )
    .join('\n');
}

function tellWarnings(loaded: LoadedConfig, config: AgentConfig, io: Io, log: Log): void {
  const warnings = loaded.diagnostics.filter(({ severity }) => severity === 'warning');
  if (io.live && config.log.json !== true && warnings.length > 0) io.err(`${frames(loaded, io, 'warning')}\n`);
  else
    for (const { summary, detail, range } of warnings)
      log.warn(
        { ...(range && { at: `${range.filename}:${range.start.line}` }) },
        `config: ${summary}. ${detail}`.trim(),
      );
}

/** A daemon never dies of what was not foreseen, nor of a terminal that went away: it is logged, and work goes on. */
function neverDie(log: Log): void {
  const tell = (what: string) => (error: unknown) =>
    log.error({ stack: error instanceof Error ? error.stack : undefined }, `agent: ${what}: ${String(error)}`);
  process.on('uncaughtException', tell('an error that nobody expected'));
  process.on('unhandledRejection', tell('a failure that nobody waited for'));
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', () => {});
}
