/** The request itself is wrong: a parameter, a body, a missing name. */
export class BadRequestError extends Error {
  readonly code = 'bad-request';
  constructor(message: string) {
    super(message);
    this.name = 'BadRequestError';
  }
}

export class NotFoundError extends Error {
  readonly code = 'not-found';
  constructor(message: string) {
    super(message);
    this.name = 'NotFoundError';
  }
}

/** Refused for the safety of the machine: a web page must not reach an API that can run programs. */
export class ForbiddenOriginError extends Error {
  readonly code = 'forbidden-origin';
  constructor(message: string) {
    super(message);
    this.name = 'ForbiddenOriginError';
  }
}

export class BodyTooLargeError extends Error {
  readonly code = 'body-too-large';
  constructor(limit: number) {
    super(`The request body is too large: this endpoint takes at most ${limit} bytes.`);
    this.name = 'BodyTooLargeError';
  }
}

/** `?dc=` or `?region=` names a place that this cluster does not know. */
export class UnknownDatacenterError extends Error {
  readonly code = 'unknown-datacenter';
  constructor(message: string) {
    super(message);
    this.name = 'UnknownDatacenterError';
  }
}

/**
 * HTTP status per error code, for both APIs. Both peers answer 500 for what a server refuses (validation in the catalog, unknown ids in
 * prepared queries), 400 only for what the HTTP layer itself cannot read; a code that is not here is 500 too.
 */
export const STATUS: Readonly<Record<string, number>> = {
  'bad-request': 400,
  'forbidden-origin': 403,
  'access-restricted': 403,
  'not-found': 404,
  'body-too-large': 413,
  'unknown-datacenter': 500,
  'datacenter-unreachable': 500,
  'catalog-invalid': 500,
  'registration-invalid': 400,
  'registration-refused': 500,
  'unknown-service': 404,
  'unknown-check': 404,
  'unknown-ttl-check': 500,
  'bad-filter': 500,
  'kv-param': 500,
  'session-invalid': 500,
  'event-invalid': 500,
  'query-invalid': 500,
  'config-entry': 500,
  'snapshot-invalid': 400,
  contention: 500,
  'not-offered': 501,
  'txn-too-large': 413,
  'no-segments': 500,
  'acl-disabled': 401,
  'bad-id': 500,
  'job-invalid': 500,
  'enforce-index': 500,
  'unknown-object': 500,
  'invalid-request': 500,
  'key-missing': 500,
  'node-not-connected': 500,
  unavailable: 500,
  'mirror-read-only': 500,
  'store-limit': 413,
  'store-write': 500,
  'store-closed': 503,
};

export function statusOf(error: unknown): number {
  return STATUS[codeOf(error) ?? ''] ?? 500;
}

/** Codes that the table knows are answers; anything else is a bug or a broken machine and worth a log line. */
export function isExpected(error: unknown): boolean {
  return STATUS[codeOf(error) ?? ''] !== undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
