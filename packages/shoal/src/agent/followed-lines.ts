import type { LogLevel, LogLines } from '../log-lines.ts';

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error'];

type Follower = { readonly rank: number; readonly line: (json: string) => void };

/** The lines of the log for those who follow it. `needs` is told of the lowest level that somebody wants, undefined when nobody follows. */
export function followedLines(needs: (level: LogLevel | undefined) => void): LogLines & { write(json: string): void } {
  const followers = new Set<Follower>();
  const tell = () => needs(LEVELS[Math.min(...[...followers].map(({ rank }) => rank))]);
  return {
    write(json) {
      if (followers.size === 0) return;
      const rank = rankOf(json);
      for (const follower of followers) if (rank >= follower.rank) follower.line(json);
    },
    follow(level, line) {
      const follower = { rank: LEVELS.indexOf(level), line };
      followers.add(follower);
      tell();
      return () => {
        if (followers.delete(follower)) tell();
      };
    },
  };
}

/** The one that lets more through. */
export function lowerLevel(one: LogLevel, other: LogLevel | undefined): LogLevel {
  return other !== undefined && LEVELS.indexOf(other) < LEVELS.indexOf(one) ? other : one;
}

/** Whether a line of the log is of that level or above it. */
export function isAtLeast(json: string, level: LogLevel): boolean {
  return rankOf(json) >= LEVELS.indexOf(level);
}

function rankOf(json: string): number {
  return LEVELS.indexOf(/"level":"(\w+)"/.exec(json)?.[1] as LogLevel);
}
