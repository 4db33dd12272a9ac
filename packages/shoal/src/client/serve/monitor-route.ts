import { framedLine, levelNamed, logStream } from '../../log-lines.ts';
import { ServeError } from './errors.ts';
import { boolParam } from './params.ts';
import { JSON_TYPE, sendBytes, TEXT } from './reply.ts';
import type { Route } from './types.ts';

/**
 * `GET /v1/client/monitor?log_level=&log_json=&plain=`: the log of this agent from now on, plain or in frames
 * (https://developer.hashicorp.com/nomad/api-docs/agent#stream-logs).
 */
export const monitor: Route = async (call, { logs }) => {
  const name = call.query.get('log_level') || 'info';
  const level = levelNamed(name);
  if (!level) throw new ServeError(400, `Unknown log level: ${name}`);
  if (!logs) throw new ServeError(501, 'the log of this agent cannot be followed');
  const plain = boolParam(call.query, 'plain');
  const options = { level, asJson: boolParam(call.query, 'log_json'), signal: call.signal };
  const stream = logStream(logs, { ...options, ...(!plain && { wrap: framedLine }) });
  await sendBytes(call, stream, plain ? TEXT : JSON_TYPE);
};
