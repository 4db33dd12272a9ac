/** Why an attempt came to nothing, before any of the answer had arrived. */
export type Failure =
  /** No connection: nothing was sent, so another instance can have any request. */
  | 'unreachable'
  /** The instance was taken out while the request waited for a connection: nothing was sent. */
  | 'retired'
  /** The connection broke with the request under way: only what may be done twice can be repeated. */
  | 'broken'
  /** Sent, and no answer in time: it may well be at work, and another one would be no faster. */
  | 'slow'
  /** The request itself cannot be passed on. */
  | 'invalid';

/** Thrown to call back a request that was about to be written to an instance that has been taken out. */
export class RetiredError extends Error {
  readonly code = 'EDGE_RETIRED';
}

export function failureOf(error: unknown, wasSent: boolean): Failure {
  switch (codeOf(error)) {
    // Some of the client library's checks of a request are assertions.
    case 'ERR_ASSERTION':
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
    case 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH':
      return 'invalid';
    case 'UND_ERR_HEADERS_TIMEOUT':
      return 'slow';
    case 'EDGE_RETIRED':
      return 'retired';
    case 'UND_ERR_CLOSED':
    case 'UND_ERR_DESTROYED':
      return wasSent ? 'broken' : 'retired';
    default:
      return wasSent ? 'broken' : 'unreachable';
  }
}

export function isConnectTimeout(error: unknown): boolean {
  return ['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? '') : '';
}
