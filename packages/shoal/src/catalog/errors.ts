/** The catalog refuses a registration: something is missing or contradicts what is there. */
export class CatalogInvalidError extends Error {
  readonly code = 'catalog-invalid';
  constructor(message: string) {
    super(message);
    this.name = 'CatalogInvalidError';
  }
}

/** Others wrote the same rows again and again while this change was prepared. */
export class ContentionError extends Error {
  readonly code = 'contention';
  constructor(attempts: number) {
    super(`The catalog changed ${attempts} times while a change was prepared for it. Nothing was written; try again.`);
    this.name = 'ContentionError';
  }
}
