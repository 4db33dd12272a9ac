export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Where the lines of a log can be followed, below its own level, too. */
export type LogLines = {
  /** Each line as JSON, from this level up. Returns the function that ends it. */
  follow(level: LogLevel, line: (json: string) => void): () => void;
};
