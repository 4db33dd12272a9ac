/** A file is not what it was taken for, so that nothing can be made from it. */
export class ImportError extends Error {
  readonly code = 'import';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImportError';
  }
}
