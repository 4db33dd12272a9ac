import { describe, expect, it } from 'vitest';
import { createDemultiplexer, createTerminalSplitter } from '../../../../src/client/drivers/docker/frames.ts';
import { clockWatch, createCursor, sinceOf } from '../../../../src/client/drivers/docker/log-position.ts';

const at = (stamp: string, count: number) => ({ stamp, count, file: 0, size: 0 });

describe('which messages of a log are new', () => {
  const cases: { name: string; from: [string, number]; given: string; want: string }[] = [
    { name: 'all at the beginning', from: ['', 0], given: '1 2 2 3', want: '1 2 2 3' },
    { name: 'those after the last one, when reading begins anew', from: ['3', 1], given: '1 2 3 4 5', want: '4 5' },
    { name: 'further parts of the line that was last', from: ['3', 2], given: '2 3 3 3 3 4', want: '3 3 4' },
    { name: 'none when the engine tells again what it told', from: ['', 0], given: '1 2 3 1 2 3 4', want: '1 2 3 4' },
    { name: 'none when it tells a long line again', from: ['', 0], given: '1 2 2 1 2 2 2 3', want: '1 2 2 2 3' },
    { name: 'those of the same time that follow each other', from: ['', 0], given: '1 1 1', want: '1 1 1' },
  ];
  it.each(cases)('$name', ({ from, given, want }) => {
    const cursor = createCursor(at(...from));
    expect(given.split(' ').filter(cursor.take).join(' ')).toBe(want);
  });

  it('all after the clock was set back', () => {
    let wall = 10_000;
    let steady = 0;
    const wentBack = clockWatch(
      () => wall,
      () => steady,
    );
    [wall, steady] = [10_500, 500];
    expect(wentBack()).toBe(false);
    [wall, steady] = [9_000, 600];
    expect(wentBack()).toBe(true);
    expect(wentBack()).toBe(false);
    const cursor = createCursor(at('5', 1));
    expect(cursor.take('2')).toBe(false);
    cursor.forget();
    expect(['2', '3'].map(cursor.take)).toEqual([true, true]);
  });

  it('is asked for from a little before the last one', () => {
    const stdout = at('2026-11-28T20:45:13.770257012Z', 1);
    expect(sinceOf({ stdout, stderr: at('2026-11-28T20:45:20.1Z', 1) })).toBe('1795898710');
    expect(sinceOf({ stdout: at('', 0), stderr: at('', 0) })).toBeUndefined();
  });
});

describe('a log on its way', () => {
  const frame = (stream: number, text: string) =>
    Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);

  it.each([1, 3, 7, 100])('is taken apart whatever its pieces are: of %i bytes', (size) => {
    const bytes = Buffer.concat([frame(1, 'one'), frame(2, ''), frame(2, 'bad\n'), frame(1, 'two')]);
    const splitter = createDemultiplexer();
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    const frames = pieces.flatMap((piece) => splitter.push(Buffer.from(piece)));
    expect(frames.map(({ stream, data }) => `${stream}:${data}`)).toEqual([
      'stdout:one',
      'stderr:',
      'stderr:bad\n',
      'stdout:two',
    ]);
  });

  it('of a terminal is cut at lines, and where a part of a long one ends', () => {
    const stamp = '2026-11-28T20:45:13.770257012Z ';
    const splitter = createTerminalSplitter();
    const long = 'x'.repeat(16 * 1024);
    const text = `${stamp}a\r\n${stamp}${long}${stamp}rest\r\n`;
    const frames = [text.slice(0, 20), text.slice(20, 9_000), text.slice(9_000)].flatMap((piece) =>
      splitter.push(Buffer.from(piece)),
    );
    expect(frames.map(({ data }) => String(data))).toEqual([`${stamp}a\r\n`, `${stamp}${long}`, `${stamp}rest\r\n`]);
  });
});
