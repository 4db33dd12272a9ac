/** A request that cannot be served; it becomes the answer as it is. */
export class ServeError extends Error {
  readonly code = 'serve';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'ServeError';
    this.status = status;
  }
}
