import { parseDuration, SECOND } from '../../duration.ts';
import { argument, block, type Expression, type Item, optional } from './hcl-text.ts';
import type { PublishedPort } from './ports.ts';
import { mapping, text, texts } from './yaml-values.ts';

type Write = (text: string) => Expression;

/** A `check` block for a `healthcheck`; without one, a connection to the first port that takes some. */
export function checksOf(healthcheck: unknown, name: string, ports: readonly PublishedPort[], write: Write): Item[] {
  const given = mapping(healthcheck);
  const test = typeof given['test'] === 'string' ? ['CMD-SHELL', given['test']] : texts(given['test']);
  if (given['disable'] === true || test[0] === 'NONE') return [];
  if (test.length === 0) return connectionCheck(ports);
  const items = [...(httpCheck(test, name, ports) ?? scriptCheck(test, write)), ...times(given), ...restarts(given)];
  return [block('check', [], items)];
}

function connectionCheck(ports: readonly PublishedPort[]): Item[] {
  const port = ports.find(({ isUdp }) => isUdp !== true);
  if (port === undefined) return [];
  const elsewhere = port === ports[0] ? [] : [argument('port', port.label)];
  return [block('check', [], [argument('type', 'tcp'), ...elsewhere, ...times({})])];
}

const URL = /\b(https?):\/\/([\w.-]+)(?::(\d+))?(\/[^\s"'|)]*)?(?=["'\s]|$)/;

/** What a plain HTTP check does not do: headers, methods, data, and a look at the answer. */
const MORE =
  /(?:^|\s)(?:-H|--header|-X|--request|-d|--data\S*|-u|--user)(?:\s|=|$)|\b(?:grep|jq|awk|sed|test)\b|\$|[^|]\|[^|]|;|&&/;

/** `curl -f http://localhost:8080/health` is an HTTP check, if the port is one of the service's. */
function httpCheck(test: readonly string[], name: string, ports: readonly PublishedPort[]): Item[] | undefined {
  const line = test.slice(1).join(' ');
  const [, scheme, host = '', given, path = '/'] = URL.exec(line) ?? [];
  const isOwn = ['localhost', '127.0.0.1', name].includes(host);
  if (!isOwn || !/\b(?:curl|wget)\b/.test(line) || MORE.test(line)) return undefined;
  const isTls = scheme === 'https';
  const container = Number(given ?? (isTls ? 443 : 80));
  const port = ports.find((each) => each.container === container);
  if (!port) return undefined;
  return [
    argument('type', 'http'),
    argument('path', path),
    ...(port === ports[0] ? [] : [argument('port', port.label)]),
    ...(isTls ? [argument('protocol', 'https'), argument('tls_skip_verify', true)] : []),
  ];
}

function scriptCheck([kind, ...rest]: readonly string[], write: Write): Item[] {
  const [command = '', ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', rest.join(' ')] : rest;
  return [
    argument('type', 'script'),
    argument('name', 'healthcheck'),
    argument('command', write(command)),
    ...(args.length > 0 ? [argument('args', args.map(write))] : []),
  ];
}

function times(given: Readonly<Record<string, unknown>>): Item[] {
  return [
    argument('interval', duration(given['interval'], '30s')),
    argument('timeout', duration(given['timeout'], '30s')),
  ];
}

/** Checks have at least a second. */
function duration(value: unknown, fallback: string): string {
  const given = text(value);
  const parsed = given === undefined ? undefined : parseDuration(given);
  if (given === undefined || parsed === undefined) return fallback;
  return parsed < SECOND ? '1s' : given;
}

function restarts(given: Readonly<Record<string, unknown>>): Item[] {
  const retries = Number(given['retries'] ?? 3);
  const grace = text(given['start_period']);
  return [block('check_restart', [], [argument('limit', retries > 0 ? retries : 3), ...optional('grace', grace)])];
}
