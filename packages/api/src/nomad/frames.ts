/** A piece of a followed file (https://developer.hashicorp.com/nomad/api-docs/client#stream-file). */
export type Frame = { readonly file: string; readonly data: Uint8Array; readonly event?: string };

/**
 * The frames of a stream: JSON objects one after another, with or without blanks between, cut anywhere. Empty ones are heartbeats and are left out.
 * Throws SyntaxError for what is no such stream.
 */
export async function* readFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of stream) {
    const { objects, tail } = splitObjects(rest + decoder.decode(part, { stream: true }));
    rest = tail;
    for (const text of objects) {
      const frame = toFrame(JSON.parse(text) as Record<string, unknown>);
      if (frame) yield frame;
    }
  }
}

function toFrame({ File: file, Data: data, FileEvent: event }: Record<string, unknown>): Frame | undefined {
  if (file === undefined && data === undefined && event === undefined) return undefined;
  return {
    file: String(file ?? ''),
    data: typeof data === 'string' ? Uint8Array.from(atob(data), (char) => char.charCodeAt(0)) : new Uint8Array(),
    ...(typeof event === 'string' && event !== '' && { event }),
  };
}

/** Whole objects at the beginning of `text`, and what is left. Braces inside of strings do not count. */
export function splitObjects(text: string): { objects: string[]; tail: string } {
  const objects: string[] = [];
  let [start, depth, inString] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) {
      objects.push(text.slice(start, at + 1));
      start = at + 1;
    }
  }
  return { objects, tail: text.slice(start) };
}
