import { allocUsage } from '../stats/alloc-usage.ts';
import { checkId, servedAllocation } from './allocation.ts';
import { readBody, textField } from './body.ts';
import { ServeError } from './errors.ts';
import { sendJson, sendText } from './reply.ts';
import type { Call, ControlResult, Route } from './types.ts';

/** `GET /v1/client/allocation/:id/stats?task=` */
export const stats: Route = async (call, deps) => {
  const id = call.path[1] ?? '';
  const { tasks } = servedAllocation(id, deps);
  const only = call.query.get('task') ?? '';
  if (only !== '' && !tasks.includes(only)) throw new ServeError(500, `unknown task name "${only}"`);
  const usage = await deps.usage(id);
  const wanted = Object.entries(usage).filter(([task]) => only === '' || task === only);
  sendJson(call, allocUsage(Object.fromEntries(wanted)));
};

/** `PUT /v1/client/allocation/:id/restart {TaskName}` */
export const restart: Route = async (call, deps) => {
  requireWrite(call);
  const id = call.path[1] ?? '';
  checkId(id);
  const task = textField(await readBody(call.req), 'TaskName');
  servedAllocation(id, deps);
  answerControl(call, task, await deps.restart(id, task));
};

/** `PUT /v1/client/allocation/:id/signal {Signal, Task}` */
export const signal: Route = async (call, deps) => {
  requireWrite(call);
  const id = call.path[1] ?? '';
  checkId(id);
  const body = await readBody(call.req);
  const task = textField(body, 'Task') || textField(body, 'TaskName');
  servedAllocation(id, deps);
  answerControl(call, task, await deps.signal(id, task, textField(body, 'Signal')));
};

/** `GET /v1/client/allocation/:id/gc` */
export const collect: Route = async (call, deps) => {
  const id = call.path[1] ?? '';
  servedAllocation(id, deps);
  if (!(await deps.collect(id)))
    throw new ServeError(500, `allocation "${id}" has not ended: stop it before it is collected`);
  sendText(call.res, 200, '');
};

/** `GET /v1/client/allocation/:id/checks` */
export const checks: Route = async (call, deps) => {
  const id = call.path[1] ?? '';
  servedAllocation(id, deps);
  sendJson(call, deps.checks(id));
};

/** `PUT /v1/client/allocation/:id/deregister {ServiceID}`: Shoal's own, for servers. */
export const deregister: Route = async (call, deps) => {
  requireWrite(call);
  const id = call.path[1] ?? '';
  checkId(id);
  const service = textField(await readBody(call.req), 'ServiceID');
  servedAllocation(id, deps);
  if (!(await deps.deregister(id, service)))
    throw new ServeError(404, `allocation "${id}" has no service "${service}"`);
  sendJson(call, {});
};

function requireWrite({ method }: Call): void {
  if (method !== 'PUT' && method !== 'POST') throw new ServeError(405, 'Invalid method');
}

function answerControl(call: Call, task: string, result: ControlResult): void {
  if (result.kind !== 'done') refuseControl(task, result);
  sendJson(call, { Index: 0 });
}

/** In the words that users of the API know. */
export function refuseControl(task: string, result: Exclude<ControlResult, { kind: 'done' }>): never {
  switch (result.kind) {
    case 'unknown-task':
      throw new ServeError(500, `Could not find task runner for task: ${task}`);
    case 'unknown-action':
      throw new ServeError(404, result.reason);
    case 'not-running':
      throw new ServeError(500, 'Task not running');
    case 'failed':
      throw new ServeError(500, result.reason);
  }
}
