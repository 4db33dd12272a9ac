import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ConsulHttp } from '@shoal/api';
import { parseDuration } from '../../duration.ts';
import { tarEnd, tarHead, tarPadding } from '../../tar.ts';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { CommandError, UsageError } from '../errors.ts';
import { jsonText } from '../output/json.ts';

const KINDS = ['agent', 'host', 'members', 'metrics', 'logs', 'pprof'] as const;
type Kind = (typeof KINDS)[number];
/** Consul's older words. */
const ALSO: Readonly<Record<string, Kind>> = { cluster: 'members' };

export const command = defineCommand({
  usage: '[flags]',
  description: `Collects what is needed to find out what is wrong with an agent: what it says of itself, its machine and its members, its figures at each interval, its log
and, where enable_debug is set, profiles of it. All of it goes into one archive, to be looked through before it is given to anybody:
it holds names and addresses.`,
  args: [0, 0],
  flags: {
    duration: { kind: 'text', value: 'DURATION', help: 'How long to collect; default 2m' },
    interval: { kind: 'text', value: 'DURATION', help: 'Between figures; default 30s' },
    capture: { kind: 'texts', value: 'KIND', help: `Only this: ${KINDS.join(', ')} (repeatable)` },
    output: { kind: 'text', value: 'PATH', help: 'Of the archive without its ending; default consul-debug-TIME' },
    archive: { kind: 'bool', help: 'Put all into one file; default true' },
    ...CONSUL_FLAGS,
  },
  examples: ['debug', 'debug -duration=30s -interval=10s -capture=metrics -capture=logs'],
  async run({ flags, io, env }) {
    const durationMs = millisecondsOf('duration', flags.duration ?? '2m');
    const intervalMs = Math.min(millisecondsOf('interval', flags.interval ?? '30s'), durationMs);
    const kinds = kindsOf(flags.capture);
    const path = flags.output ?? `consul-debug-${Math.floor(Date.now() / 1000)}`;
    const http = connectConsulHttp(flags, env);
    const self = await http.ask<{ DebugConfig?: { EnableDebug?: boolean } }>('GET', '/v1/agent/self');
    const profiles = kinds.has('pprof') && self.value?.DebugConfig?.EnableDebug === true;
    if (kinds.has('pprof') && !profiles) io.err('Profiles are left out: enable_debug is not set for this agent.\n');
    io.out(`Collecting for ${durationMs / 1000}s …\n`);
    const files = await collect(http, { durationMs, intervalMs, kinds, profiles }, (text) => io.err(`${text}\n`));
    if (flags.archive === false) await writeFolder(path, files);
    else await writeFile(`${path}.tar.gz`, archive(path.split('/').at(-1) ?? path, files), { mode: 0o600 });
    io.out(`Saved debug archive: ${flags.archive === false ? path : `${path}.tar.gz`}\n`);
    return 0;
  },
});

type Files = ReadonlyMap<string, Buffer>;
type Wish = { durationMs: number; intervalMs: number; kinds: ReadonlySet<Kind>; profiles: boolean };

async function collect(
  http: ConsulHttp,
  { durationMs, intervalMs, kinds, profiles }: Wish,
  tell: (text: string) => void,
): Promise<Files> {
  const files = new Map<string, Buffer>();
  const keepJson = async (name: string, url: string) => {
    files.set(name, Buffer.from(jsonText((await http.ask('GET', url)).value)));
  };
  if (kinds.has('agent')) await keepJson('agent.json', '/v1/agent/self');
  if (kinds.has('host')) await keepJson('host.json', '/v1/agent/host');
  if (kinds.has('members')) await keepJson('members.json', '/v1/agent/members?wan=1');
  const over = AbortSignal.timeout(durationMs);
  const logs = kinds.has('logs') ? logOf(http, over, tell) : Promise.resolve(undefined);
  const began = Date.now();
  do {
    const at = String(Math.round((Date.now() - began) / 1000)).padStart(4, '0');
    if (kinds.has('metrics')) await keepJson(`${at}/metrics.json`, '/v1/agent/metrics');
    if (profiles) {
      files.set(`${at}/goroutine.txt`, await bytesOf(http, '/debug/pprof/goroutine'));
      files.set(`${at}/heap.prof`, await bytesOf(http, '/debug/pprof/heap'));
      files.set(`${at}/profile.prof`, await bytesOf(http, `/debug/pprof/profile?seconds=${intervalMs / 1000}`));
    } else await delay(intervalMs, undefined, { signal: over }).catch(() => undefined);
  } while (!over.aborted);
  const log = await logs;
  if (log) files.set('consul.log', log);
  return files;
}

/** An agent that does not show its log has other things to tell. */
async function logOf(http: ConsulHttp, over: AbortSignal, tell: (text: string) => void): Promise<Buffer | undefined> {
  try {
    return await bytesOf(http, '/v1/agent/monitor?loglevel=debug', over);
  } catch (error) {
    tell(`The log is left out: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** Until the end, or until the signal fires: a log has none. */
async function bytesOf(http: ConsulHttp, path: string, signal?: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of await http.stream(path, signal ? { signal } : {})) chunks.push(chunk);
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
  return Buffer.concat(chunks);
}

function archive(folder: string, files: Files): Buffer {
  const seconds = Date.now() / 1000;
  const parts = [...files].flatMap(([name, content]) => [
    tarHead(`${folder}/${name}`, content.length, seconds),
    content,
    tarPadding(content.length),
  ]);
  return gzipSync(Buffer.concat([...parts, tarEnd()]));
}

async function writeFolder(path: string, files: Files): Promise<void> {
  for (const [name, content] of files) {
    const file = join(path, name);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, content, { mode: 0o600 });
  }
}

function kindsOf(given: readonly string[]): Set<Kind> {
  const kinds = given.map((word) => {
    const kind = ALSO[word] ?? KINDS.find((one) => one === word);
    if (!kind)
      throw new UsageError(`there is no "${word}" to capture`, { unknown: { word, known: KINDS, prefix: '' } });
    return kind;
  });
  return new Set(kinds.length > 0 ? kinds : KINDS);
}

function millisecondsOf(flag: string, text: string): number {
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined) throw new UsageError(`flag -${flag} needs a duration such as 30s, not "${text}"`);
  if (nanoseconds <= 0) throw new CommandError(`-${flag} must be more than nothing`);
  return nanoseconds / 1e6;
}
