/** Cuts a byte stream into lines. A line above the limit throws, and the stream cannot be read on. */
export function lineDecoder(maxBytes: number, onLine: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  return (chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const last = chunk.subarray(from, at);
      const line = parts.length === 0 ? last : Buffer.concat([...parts, last]);
      parts = [];
      held = 0;
      from = at + 1;
      if (line.length > 0) onLine(line.toString('utf8'));
    }
    if (from === chunk.length) return;
    parts.push(Buffer.from(chunk.subarray(from)));
    held += chunk.length - from;
    if (held > maxBytes) throw new RangeError(`a line is longer than ${maxBytes} bytes`);
  };
}
