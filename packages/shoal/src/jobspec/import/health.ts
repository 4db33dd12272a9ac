import { parseDuration, SECOND } from '../../duration.ts';
import { argument, block, type Item, optional } from './hcl-text.ts';
import type { PublishedPort } from './ports.ts';
import { mapping, text, texts } from './yaml-values.ts';

/** A `check` block for a `healthcheck`; without one, a connection to the first port. */
export function checksOf(healthcheck: unknown, ports: readonly PublishedPort[]): Item[] {
  const given = mapping(healthcheck);
  const test = typeof given['test'] === 'string' ? ['CMD-SHELL', given['test']] : texts(given['test']);
  if (given['disable'] === true || test[0] === 'NONE') return [];
  if (test.length === 0) return ports.length === 0 ? [] : [block('check', [], [argument('type', 'tcp'), ...times({})])];
  const items = [...(httpCheck(test, ports) ?? scriptCheck(test)), ...times(given), ...restarts(given)];
  return [block('check', [], items)];
}

const URL = /https?:\/\/(?:localhost|127\.0\.0\.1)(?::(\d+))?(\/[^\s"'|]*)?/;

/** `curl -f http://localhost:8080/health` is an HTTP check, if the port is one of the service's. */
function httpCheck(test: readonly string[], ports: readonly PublishedPort[]): Item[] | undefined {
  const found = URL.exec(test.join(' '));
  if (!found) return undefined;
  const isTls = found[0].startsWith('https');
  const container = Number(found[1] ?? (isTls ? 443 : 80));
  const port = ports.find((each) => each.container === container);
  if (!port) return undefined;
  return [
    argument('type', 'http'),
    argument('path', found[2] ?? '/'),
    ...(port === ports[0] ? [] : [argument('port', port.label)]),
    ...(isTls ? [argument('protocol', 'https'), argument('tls_skip_verify', true)] : []),
  ];
}

function scriptCheck([kind, ...rest]: readonly string[]): Item[] {
  const [command = '', ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', rest.join(' ')] : rest;
  return [
    argument('type', 'script'),
    argument('name', 'healthcheck'),
    argument('command', command),
    ...(args.length > 0 ? [argument('args', args)] : []),
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
