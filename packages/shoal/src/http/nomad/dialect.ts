import { empty, text } from '../shared/answer.ts';
import type { Dialect } from '../shared/api.ts';

/** How Nomad words what no handler answers: unknown paths have no body at all, other methods a short one, failures are plain text. */
export const nomadDialect: Dialect = {
  unknownPath: () => empty(404),
  otherMethod: () => text(405, 'Invalid method'),
  failure: (status, message) => text(status, message),
};
