/** A file of an allocation cannot be had. The messages are those that users of the API know. */
export type FileErrorCode = 'escapes' | 'secret' | 'not_found' | 'is_directory' | 'not_regular' | 'io';

export class FileError extends Error {
  readonly code: FileErrorCode;
  constructor(code: FileErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FileError';
    this.code = code;
  }
}

const WORDS: Record<string, string> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
};

/** `<operation> <path>: <what the system said>`. */
export function fileError(operation: string, path: string, cause: unknown): FileError {
  if (cause instanceof FileError) return cause;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const words = WORDS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new FileError(code === 'ENOENT' ? 'not_found' : 'io', `${operation} ${path}: ${words}`, { cause });
}
