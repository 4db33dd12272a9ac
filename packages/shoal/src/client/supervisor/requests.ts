import { SupervisorError } from './errors.ts';
import type { Keeper, StartRequest, StopRequest } from './protocol.ts';
import { signalNumber } from './signals.ts';

/** Checks what comes over the socket, once, at the edge. Each throws `bad_request` naming the field. */
export function asStartRequest(params: unknown): StartRequest {
  const fields = asObject(params);
  const request: StartRequest = {
    id: text(fields, 'id'),
    allocId: text(fields, 'allocId'),
    task: text(fields, 'task'),
    command: text(fields, 'command'),
    args: texts(fields, 'args'),
    env: textMap(fields, 'env'),
    cwd: text(fields, 'cwd'),
    logDir: text(fields, 'logDir'),
    maxFiles: whole(fields, 'maxFiles', 1),
    maxFileSizeBytes: whole(fields, 'maxFileSizeBytes', 1),
  };
  if (/[/\0]/.test(request.task)) throw bad('task', 'a name without a slash');
  for (const name of ['uid', 'gid', 'outputUid', 'outputGid'] as const) {
    if (fields[name] !== undefined) request[name] = whole(fields, name, 0);
  }
  if (fields['discard'] === true) request.discard = true;
  if (fields['keeper'] !== undefined) request.keeper = asKeeper(fields['keeper']);
  return request;
}

function asKeeper(value: unknown): Keeper {
  const fields = asObject(value);
  const begin = asObject(fields['begin']);
  return {
    begin: { command: text(begin, 'command'), args: texts(begin, 'args') },
    cgroup: text(fields, 'cgroup'),
  };
}

export function asStopRequest(params: unknown): StopRequest {
  const fields = asObject(params);
  const request = { id: text(fields, 'id'), signal: text(fields, 'signal'), timeoutMs: whole(fields, 'timeoutMs', 0) };
  asSignal(request.signal);
  return request;
}

export function asId(params: unknown): string {
  return text(asObject(params), 'id');
}

export function asSignalRequest(params: unknown): { id: string; signal: number } {
  const fields = asObject(params);
  return { id: text(fields, 'id'), signal: asSignal(text(fields, 'signal')) };
}

export function asSignal(name: string): number {
  const number = signalNumber(name);
  if (number === undefined) throw new SupervisorError('bad_request', `unknown signal "${name}"`);
  return number;
}

type Fields = Record<string, unknown>;

function asObject(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw bad('params', 'an object');
  return value as Fields;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string' || value === '' || value.includes('\0')) throw bad(key, 'a text that is not empty');
  return value;
}

function texts(fields: Fields, key: string): string[] {
  const value = fields[key];
  const fine = Array.isArray(value) && value.every((item) => typeof item === 'string' && !item.includes('\0'));
  if (!fine) throw bad(key, 'a list of texts');
  return value as string[];
}

function textMap(fields: Fields, key: string): Record<string, string> {
  const value = asObject(fields[key]);
  const fine = Object.entries(value).every(
    ([name, item]) => typeof item === 'string' && !`${name}${item}`.includes('\0'),
  );
  if (!fine) throw bad(key, 'an object of texts');
  return value as Record<string, string>;
}

function whole(fields: Fields, key: string, least: number): number {
  const value = fields[key];
  if (!Number.isSafeInteger(value) || (value as number) < least) throw bad(key, `a whole number of at least ${least}`);
  return value as number;
}

function bad(key: string, want: string): SupervisorError {
  return new SupervisorError('bad_request', `"${key}" must be ${want}`);
}
