import { FunctionError, TemplateError } from '../../errors.ts';
import type { FunctionSet } from '../../functions.ts';
import { raw } from '../../values.ts';
import type { Current } from '../evaluation.ts';
import { formatTime } from '../formats/time.ts';
import { refused, texts } from './catalog.ts';

export type SystemOptions = {
  /** The variables that `env` reads; nothing else of the environment is to be seen. */
  readonly env: Readonly<Record<string, string>>;
  readonly now: () => Date;
  /** What an expression of go-sockaddr's comes to on this machine (`GetInterfaceIP "eth0"`). Without it `sockaddr` is refused. */
  readonly sockaddr?: (expression: string) => string;
};

/** What is around the template: environment, files, clock, scratch pad, its own parts. */
export function systemFunctions(current: Current, { env, now, sockaddr }: SystemOptions): FunctionSet {
  return {
    /** A variable of the environment, or an empty text. */
    env: {
      min: 1,
      max: 1,
      params: ['string'],
      call: (name) => (Object.hasOwn(env, String(raw(name))) ? env[String(raw(name))] : ''),
    },
    /** A variable of the environment, or the default. */
    envOrDefault: {
      min: 2,
      max: 2,
      params: ['string', 'string'],
      call: (name, otherwise) => (Object.hasOwn(env, String(raw(name))) ? env[String(raw(name))] : otherwise),
    },
    /** A variable of the environment; it is a mistake if it is missing. */
    mustEnv: {
      min: 1,
      max: 1,
      params: ['string'],
      call: (name) => env[mustHave(env, String(raw(name)))],
    },
    /** The text of a file; in a task only of its own folders. */
    file: {
      min: 1,
      max: 1,
      params: ['string'],
      call: (path) => (raw(path) === '' ? '' : (current().need({ type: 'file', path: String(raw(path)) }) ?? '')),
    },
    /** A pad for values: Key, Get, Set, SetX, MapSet, MapSetX, MapValues. */
    scratch: { max: 0, call: () => current().scratch },
    /** Now in UTC, in a layout of Go's, or as "unix" seconds. */
    timestamp: { call: (...given) => timestamp(now(), given) },
    /** The text of a template that is defined in this one. */
    executeTemplate: {
      min: 1,
      call: (name, ...data) => execute(current, String(raw(name)), data),
    },
    plugin: { call: () => refuse('function is disabled') },
    writeToFile: { call: () => refuse('function is disabled') },
    ...refused('Vault', ['secret', 'secrets', 'pkiCert']),
    ...(sockaddr === undefined ? refused('go-sockaddr', ['sockaddr']) : addresses(sockaddr)),
  };
}

function addresses(sockaddr: (expression: string) => string): FunctionSet {
  return {
    /** What go-sockaddr's functions say of this machine's addresses. */
    sockaddr: { min: 1, call: (...words) => inside(() => sockaddr(texts('sockaddr', words).join(' '))) },
  };
}

function mustHave(env: SystemOptions['env'], name: string): string {
  if (!Object.hasOwn(env, name)) throw new FunctionError(`environment variable "${name}" is not set`);
  return name;
}

function timestamp(now: Date, given: readonly unknown[]): string {
  if (given.length > 1) {
    throw new FunctionError(`timestamp: wrong number of arguments, expected 0 or 1, but got ${given.length}`);
  }
  const layout = given.length === 0 ? '2006-01-02T15:04:05Z07:00' : String(raw(given[0]));
  return layout === 'unix' ? String(Math.floor(now.getTime() / 1000)) : formatTime(now, layout);
}

function execute(current: Current, name: string, data: readonly unknown[]): string {
  if (data.length > 1) {
    throw new FunctionError(`executeTemplate: wrong number of arguments, expected 1 or 2, but got ${data.length + 1}`);
  }
  return inside(() => current().execute(name, data.length === 0 ? null : data[0]));
}

/** A template inside of this one: its mistakes are the call's. */
function inside(render: () => string): string {
  try {
    return render();
  } catch (error) {
    if (error instanceof TemplateError) throw new FunctionError(error.message);
    throw error;
  }
}

function refuse(reason: string): never {
  throw new FunctionError(reason);
}
