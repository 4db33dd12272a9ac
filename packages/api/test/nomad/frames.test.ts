import { describe, expect, test } from 'vitest';
import { readFrames, splitObjects } from '../../src/nomad/frames.ts';

describe('objects one after another', () => {
  test.each([
    { name: 'none', given: '', objects: [], tail: '' },
    { name: 'two and a half', given: '{}{"a":1}{"b"', objects: ['{}', '{"a":1}'], tail: '{"b"' },
    { name: 'nested', given: '{"a":{"b":{}}}', objects: ['{"a":{"b":{}}}'], tail: '' },
    { name: 'braces in strings', given: '{"a":"}{\\"}"}', objects: ['{"a":"}{\\"}"}'], tail: '' },
    { name: 'a backslash at the end of a string', given: '{"a":"\\\\"}{}', objects: ['{"a":"\\\\"}', '{}'], tail: '' },
  ])('$name', ({ given, objects, tail }) => expect(splitObjects(given)).toEqual({ objects, tail }));
});

test('frames, wherever the stream is cut', async () => {
  const data = Buffer.from('é\n').toString('base64');
  const text = `{"File":"server.stdout.0","Offset":3,"Data":"${data}"}{}\n{"File":"ü","FileEvent":"file deleted"}`;
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 7, bytes.length]) {
    const frames = [];
    for await (const frame of readFrames(pieces(bytes, size))) frames.push(frame);
    expect(frames).toEqual([
      { file: 'server.stdout.0', data: new TextEncoder().encode('é\n') },
      { file: 'ü', data: new Uint8Array(), event: 'file deleted' },
    ]);
  }
});

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}
