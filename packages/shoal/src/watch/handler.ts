import { type ChildProcess, spawn } from 'node:child_process';
import type { WatchChange } from './follow.ts';

/** Whom to tell: a program with its arguments, a line for the shell, or a URL. */
export type WatchHandler =
  | { readonly type: 'args'; readonly args: readonly string[] }
  | { readonly type: 'shell'; readonly command: string }
  | {
      readonly type: 'http';
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, readonly string[]>>;
      readonly timeoutMs: number;
    };

/** How a run of a handler ended. */
export type HandlerResult = {
  readonly ok: boolean;
  /** Exit code or HTTP status; undefined when it did not come to one. */
  readonly code: number | undefined;
  /** The beginning of what it said. */
  readonly output: string;
};

const MOST_OUTPUT = 4096;
const SHELL = ['/bin/sh', '-c'];

/** Runs it to its end. Never rejects. The signal ends it. */
export function runHandler(handler: WatchHandler, change: WatchChange, signal: AbortSignal): Promise<HandlerResult> {
  if (handler.type === 'http') return callUrl(handler, change, signal);
  const [command = '', ...args] = handler.type === 'args' ? handler.args : [...SHELL, handler.command];
  return runProgram(command, args, change, signal);
}

export function handlerName(handler: WatchHandler): string {
  if (handler.type === 'http') return handler.url;
  return handler.type === 'args' ? handler.args.join(' ') : handler.command;
}

/** The payload as Consul gives it: JSON on the standard input, ended by a line break. */
export function payloadText({ payload }: WatchChange): string {
  return `${JSON.stringify(payload)}\n`;
}

function runProgram(
  command: string,
  args: readonly string[],
  change: WatchChange,
  signal: AbortSignal,
): Promise<HandlerResult> {
  return new Promise((resolve) => {
    const env = { ...process.env, CONSUL_INDEX: change.index };
    let child: ChildProcess;
    try {
      // A group of its own: what it starts is ended with it.
      child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    } catch (error) {
      resolve({ ok: false, code: undefined, output: String(error) });
      return;
    }
    let output = '';
    const collect = (data: Buffer) => {
      if (output.length < MOST_OUTPUT) output = (output + data.toString('utf8')).slice(0, MOST_OUTPUT);
    };
    const stop = () => endGroup(child);
    signal.addEventListener('abort', stop, { once: true });
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', (error) => finish(undefined, error.message));
    // Not 'close': something that it left running may hold its output open for ever.
    child.once('exit', (code) => setImmediate(() => finish(code ?? undefined, output)));
    // A program that does not want its input closes it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(payloadText(change));

    function finish(code: number | undefined, said: string): void {
      signal.removeEventListener('abort', stop);
      resolve({ ok: code === 0, code, output: said });
    }
  });
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
}

async function callUrl(
  { url, method, headers, timeoutMs }: Extract<WatchHandler, { type: 'http' }>,
  change: WatchChange,
  signal: AbortSignal,
): Promise<HandlerResult> {
  const sent = new Headers({ 'content-type': 'application/json', 'x-consul-index': change.index });
  for (const [name, values] of Object.entries(headers)) for (const value of values) sent.append(name, value);
  try {
    const over = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const answer = await fetch(url, { method, headers: sent, body: payloadText(change), signal: over });
    const output = (await answer.text()).slice(0, MOST_OUTPUT);
    return { ok: answer.ok, code: answer.status, output };
  } catch (error) {
    return { ok: false, code: undefined, output: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
