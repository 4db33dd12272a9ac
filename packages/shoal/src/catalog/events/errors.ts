/** An event that cannot be fired as asked for. */
export class EventInvalidError extends Error {
  readonly code = 'event-invalid';
  constructor(message: string) {
    super(message);
    this.name = 'EventInvalidError';
  }
}
