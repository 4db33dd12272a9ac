/** The store could not make a write durable (disk full, file system gone). Nothing of the transaction was kept; it may be tried again. */
export class StoreWriteError extends Error {
  readonly code = 'store-write';
  constructor(path: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The state store at ${path} could not write: ${reason}. Nothing was changed; free some space or check the disk, then try again.`,
      { cause },
    );
    this.name = 'StoreWriteError';
  }
}

/** A transaction that no retry can save: over a limit, or malformed. */
export class StoreLimitError extends Error {
  readonly code = 'store-limit';
  constructor(message: string) {
    super(message);
    this.name = 'StoreLimitError';
  }
}

export class StoreClosedError extends Error {
  readonly code = 'store-closed';
  constructor() {
    super('The state store is closed: the agent is shutting down.');
    this.name = 'StoreClosedError';
  }
}

/** The file is there but is not one this program can read. */
export class StoreFormatError extends Error {
  readonly code = 'store-format';
  constructor(path: string, found: unknown, expected: number) {
    super(
      `The state store at ${path} has format ${String(found)}, this program reads format ${expected}. Start the version that wrote it, or restore a snapshot.`,
    );
    this.name = 'StoreFormatError';
  }
}
