import { FileError } from '../files/errors.ts';
import { readLogs } from '../logs/read-logs.ts';
import { checkId, servedAllocation } from './allocation.ts';
import { ServeError } from './errors.ts';
import { boolParam, offsetParam, originParam } from './params.ts';
import { JSON_TYPE, sendChunks, sendText } from './reply.ts';
import type { Call, Route } from './types.ts';

type LogQuery = {
  task: string;
  type: 'stdout' | 'stderr';
  follow: boolean;
  plain: boolean;
  origin: 'start' | 'end';
  offset: number;
};

/**
 * `/v1/client/fs/logs/:alloc?task=&type=&follow=&plain=&origin=&offset=`. Mistakes in the query are plain errors; what goes wrong after that is
 * answered in the stream's content type, which was decided by then.
 */
export const logs: Route = async (call, deps) => {
  const id = call.path[2];
  checkId(id);
  const query = logQuery(call);
  const type = query.plain ? 'text/plain' : JSON_TYPE;
  try {
    const { allocDir, tasks, silent = [] } = servedAllocation(id, deps);
    if (!tasks.includes(query.task)) throw new ServeError(400, `unknown task name "${query.task}"`);
    if (silent.includes(query.task))
      throw new ServeError(404, `task "${query.task}" has no logs: its logs block says disabled = true`);
    const chunks = await readLogs({ ...query, root: allocDir, signal: call.signal });
    await sendChunks(call, chunks, { type, framed: !query.plain });
  } catch (error) {
    if (call.res.headersSent) throw error;
    if (error instanceof ServeError) sendText(call.res, error.status, error.message, type);
    else if (error instanceof FileError)
      sendText(call.res, error.code === 'not_found' ? 404 : 500, error.message, type);
    else throw error;
  }
};

function logQuery({ query }: Call): LogQuery {
  const task = query.get('task') ?? '';
  if (task === '') throw new ServeError(400, 'must provide task name');
  const follow = boolParam(query, 'follow');
  const plain = boolParam(query, 'plain');
  const type = query.get('type') ?? '';
  if (type !== 'stdout' && type !== 'stderr') throw new ServeError(400, 'must provide log type (stdout/stderr)');
  return { task, type, follow, plain, offset: offsetParam(query), origin: originParam(query) };
}
