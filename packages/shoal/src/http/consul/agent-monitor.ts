import { type LogLines, levelNamed, logStream } from '../../log-lines.ts';
import { type Answer, PLAIN } from '../shared/answer.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { ApiRequest } from '../shared/request.ts';
import { parseBool } from './params.ts';

/** The agent's log from now on, until the reader goes. */
export function monitor(logs: LogLines, { query, signal }: ApiRequest): Answer {
  const name = query.get('loglevel') || 'info';
  const level = levelNamed(name);
  if (!level) throw new BadRequestError(`Unknown log level: ${name}`);
  const asJson = query.has('logjson') && parseBool(query.get('logjson') || 'true') === true;
  const stream = logStream(logs, { level, asJson, signal });
  return { status: 200, body: { kind: 'stream', stream, type: PLAIN, live: true } };
}
