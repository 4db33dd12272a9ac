/** Another agent works with the same data. */
export class DataDirInUseError extends Error {
  readonly code = 'data-dir-in-use';
  constructor(path: string) {
    super(`Another agent is running with the data_dir ${path}. Stop it first, or give this one a data_dir of its own.`);
    this.name = 'DataDirInUseError';
  }
}

/** The data folder cannot be used. */
export class DataDirError extends Error {
  readonly code = 'data-dir';
  constructor(path: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The data_dir ${path} cannot be used: ${reason}. Make it writable for this user, or name another with -data-dir.`,
      { cause },
    );
    this.name = 'DataDirError';
  }
}
