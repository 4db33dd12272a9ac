import { MILLISECOND, parseDuration } from '../../duration.ts';
import type { Watch, WatchHandler } from '../agent-config.ts';

const TYPES = ['key', 'keyprefix', 'services', 'nodes', 'service', 'checks', 'event'] as const;
const HANDLING = ['type', 'handler', 'handler_type', 'args', 'http_handler_config', 'datacenter', 'token'];

/** One entry of Consul's `watches`; a text is why it cannot be run. */
export function readWatch(body: Record<string, unknown>): { value: Watch } | string {
  const type = TYPES.find((known) => known === body['type']);
  if (type === undefined) return `A watch needs a type: ${TYPES.join(', ')}.`;
  const handler = readHandler(body);
  if (typeof handler === 'string') return handler;
  const parameters = Object.fromEntries(Object.entries(body).filter(([name]) => !HANDLING.includes(name)));
  const missing = requirement(type, parameters);
  if (missing !== undefined) return missing;
  return {
    value: { type, parameters, handler, datacenter: optional(body['datacenter']), token: optional(body['token']) },
  };
}

function requirement(type: Watch['type'], parameters: Record<string, unknown>): string | undefined {
  const needed = { key: 'key', keyprefix: 'prefix', service: 'service' }[type as string];
  if (needed === undefined || typeof parameters[needed] === 'string') return undefined;
  return `A watch of type "${type}" needs "${needed}".`;
}

function readHandler(body: Record<string, unknown>): WatchHandler | string {
  if (body['handler_type'] === 'http' || body['http_handler_config'] !== undefined)
    return readHttp(body['http_handler_config']);
  if (Array.isArray(body['args']) && body['args'].length > 0) return { type: 'args', args: body['args'].map(String) };
  if (typeof body['handler'] === 'string') return { type: 'shell', command: body['handler'] };
  return 'A watch needs something to run: args = ["PROGRAM", …], or http_handler_config { path = "https://…" }.';
}

function readHttp(config: unknown): WatchHandler | string {
  const settings = typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
  if (typeof settings['path'] !== 'string') return 'An http watch needs http_handler_config { path = "https://…" }.';
  const timeout = typeof settings['timeout'] === 'string' ? parseDuration(settings['timeout']) : undefined;
  return {
    type: 'http',
    url: settings['path'],
    method: optional(settings['method']) ?? 'POST',
    headers: readHeaders(settings['header']),
    timeoutMs: timeout === undefined ? 10_000 : timeout / MILLISECOND,
  };
}

function readHeaders(header: unknown): Record<string, readonly string[]> {
  if (typeof header !== 'object' || header === null) return {};
  return Object.fromEntries(Object.entries(header).map(([name, value]) => [name, [value].flat().map(String)]));
}

function optional(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
