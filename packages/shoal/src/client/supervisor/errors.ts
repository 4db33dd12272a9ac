/** The supervisor refused a request. The code crosses the socket and is the same on both sides. */
export type SupervisorErrorCode = 'bad_request' | 'unknown_task' | 'spawn_failed' | 'not_running' | 'busy' | 'internal';

export class SupervisorError extends Error {
  readonly code: SupervisorErrorCode;
  constructor(code: SupervisorErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SupervisorError';
    this.code = code;
  }
}

/** No supervisor could be started or reached for a data_dir. */
export class SupervisorStartError extends Error {
  readonly code = 'supervisor_start';
  constructor(dataDir: string, reason: string, options?: { cause?: unknown }) {
    super(`cannot start the supervisor of ${dataDir}: ${reason}`, options);
    this.name = 'SupervisorStartError';
  }
}

/** The client was closed while the call was under way. */
export class SupervisorClosedError extends Error {
  readonly code = 'supervisor_closed';
  constructor() {
    super('the connection to the supervisor was closed');
    this.name = 'SupervisorClosedError';
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error ("ENOENT"), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
