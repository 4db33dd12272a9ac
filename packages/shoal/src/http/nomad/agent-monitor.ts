import { framedLine, type LogLines, levelNamed, logStream } from '../../log-lines.ts';
import { PLAIN } from '../shared/answer.ts';
import type { Endpoint, Handler } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { flag } from './context.ts';

/**
 * `/v1/agent/monitor` (https://developer.hashicorp.com/nomad/api-docs/agent#stream-logs): the log of this agent from now on. That of another node's
 * (`node_id`) comes from `ofNode`.
 */
export function monitorEndpoint(
  logs: LogLines | undefined,
  { ownNode, ofNode }: { ownNode: () => string | undefined; ofNode: Handler },
): Endpoint {
  const own: Handler = (request) => {
    const { query, signal } = request;
    const name = query.get('log_level') || 'info';
    const level = levelNamed(name);
    if (!level) throw new BadRequestError(`Unknown log level: ${name}`);
    if (!logs) throw new BadRequestError('The log of this agent cannot be followed');
    const plain = flag(request, 'plain');
    const options = { level, asJson: flag(request, 'log_json'), signal, ...(!plain && { wrap: framedLine }) };
    const type = plain ? PLAIN : 'application/json';
    return { status: 200, body: { kind: 'stream', stream: logStream(logs, options), type, live: true } };
  };
  const GET: Handler = (request) => {
    const node = request.query.get('node_id') ?? '';
    return node === '' || node === ownNode() ? own(request) : ofNode(request);
  };
  return { path: '/v1/agent/monitor', methods: { GET } };
}
