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
    const remedy = isNoRoom(cause) ? 'Free some space' : 'Make it writable for this user';
    super(`The data_dir ${path} cannot be used: ${reason}. ${remedy}, or name another with -data-dir.`, { cause });
    this.name = 'DataDirError';
  }
}

/** A disk, or a user's part of it, is full. The system's errors of writing do not say where. */
export function isNoRoom(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ENOSPC' || code === 'EDQUOT';
}
