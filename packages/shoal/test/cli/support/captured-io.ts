import type { Io } from '../../../src/cli/io.ts';
import { paintFor } from '../../../src/cli/output/paint.ts';

export type Captured = Io & { readonly printed: () => string; readonly complained: () => string };

/** A terminal that keeps what it is told. `live`: one that can be written over. */
export function capturedIo({
  input = '',
  answer,
  live = false,
  now = Date.parse('2026-11-20T08:35:40Z'),
}: {
  input?: string;
  answer?: string;
  live?: boolean;
  now?: number;
} = {}): Captured {
  let [out, err] = ['', ''];
  return {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    pour: async (stream) => {
      for await (const part of stream) out += Buffer.from(part).toString('utf8');
    },
    paint: paintFor(false),
    paintErr: paintFor(false),
    live,
    columns: () => 120,
    input: async () => Buffer.from(input),
    ask: async () => answer,
    now: () => now,
    printed: () => out,
    complained: () => err,
  };
}
