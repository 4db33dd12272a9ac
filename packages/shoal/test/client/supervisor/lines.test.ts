import { describe, expect, it } from 'vitest';
import { lineDecoder } from '../../../src/client/supervisor/lines.ts';

const decode = (chunks: string[], limit = 100): string[] => {
  const lines: string[] = [];
  const feed = lineDecoder(limit, (line) => lines.push(line));
  for (const chunk of chunks) feed(Buffer.from(chunk));
  return lines;
};

describe('lines from chunks', () => {
  const cases = [
    { name: 'one whole', given: ['a\n'], want: ['a'] },
    { name: 'several at once', given: ['a\nb\nc'], want: ['a', 'b'] },
    { name: 'cut anywhere', given: ['a', 'b', '\nc', 'd\n'], want: ['ab', 'cd'] },
    { name: 'empty ones are none', given: ['\n\na\n'], want: ['a'] },
  ];
  it.each(cases)('$name', ({ given, want }) => {
    expect(decode(given)).toEqual(want);
  });
  it('refuses one that does not end', () => {
    expect(() => decode(['12345', '678901'], 10)).toThrow('longer than 10 bytes');
  });
});
