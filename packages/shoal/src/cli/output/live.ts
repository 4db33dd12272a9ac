import type { Io } from '../io.ts';
import { widthOf } from './paint.ts';

/** Lines that stay, and below them a few that are written over. Where nothing can be written over, only those that stay are written. */
export type Live = {
  line(text: string): void;
  foot(lines: readonly string[]): void;
  /** The last foot stays. */
  close(): void;
};

export function createLive(io: Io): Live {
  let foot: readonly string[] = [];
  const up = () => (foot.length > 0 ? `\u001b[${foot.length}A\u001b[0J` : '');
  const below = () => foot.map((line) => `${line}\n`).join('');
  return {
    line: (text) => io.out(io.live ? `${up()}${text}\n${below()}` : `${text}\n`),
    foot: (lines) => {
      if (!io.live) return;
      // A line that wraps would count as two.
      const next = lines.filter((line) => widthOf(line) < io.columns());
      const text = up();
      foot = next;
      io.out(text + below());
    },
    close: () => {
      foot = [];
    },
  };
}
