import { sendJson, sendText } from './reply.ts';
import type { Route } from './types.ts';

/** `GET /v1/client/stats` */
export const hostStats: Route = async (call, deps) => sendJson(call, await deps.hostStats());

/** `GET /v1/client/gc`: every allocation that has ended. */
export const collectAll: Route = async (call, deps) => {
  await deps.collect(undefined);
  sendText(call.res, 200, '');
};
