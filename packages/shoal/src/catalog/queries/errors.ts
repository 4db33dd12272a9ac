/** A prepared query that cannot be kept as it is, or is not there. */
export class QueryInvalidError extends Error {
  readonly code = 'query-invalid';
  constructor(message: string) {
    super(message);
    this.name = 'QueryInvalidError';
  }
}
