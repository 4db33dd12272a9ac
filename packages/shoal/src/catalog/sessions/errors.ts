/** A session that is not there, or cannot be made as asked for. */
export class SessionInvalidError extends Error {
  readonly code = 'session-invalid';
  constructor(message: string) {
    super(message);
    this.name = 'SessionInvalidError';
  }
}
