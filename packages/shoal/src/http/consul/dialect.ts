import { empty, text } from '../shared/answer.ts';
import type { Dialect } from '../shared/api.ts';

/** How Consul's API answers what no handler does: an unknown path has no body, OPTIONS lists the methods, failures are plain text. */
export const consulDialect: Dialect = {
  printablePaths: true,
  unknownPath: () => empty(404),
  otherMethod(method, allowed) {
    const allow = ['OPTIONS', ...allowed].join(',');
    return method === 'OPTIONS' ? empty(200, { allow }) : text(405, `method ${method} not allowed`, { allow });
  },
  failure: (status, message) => text(status, message),
};
