import { describe, expect, test } from 'vitest';
import { ago, span, timeOf, timeOfText } from '../../../src/cli/output/ago.ts';
import { bytes, mebibytes } from '../../../src/cli/output/bytes.ts';
import { keyValue } from '../../../src/cli/output/key-value.ts';
import { createLive } from '../../../src/cli/output/live.ts';
import { paintFor, paintStatus, widthOf } from '../../../src/cli/output/paint.ts';
import { table } from '../../../src/cli/output/table.ts';
import { capturedIo } from '../support/captured-io.ts';

const plain = paintFor(false);
const color = paintFor(true);

describe('span', () => {
  const SECOND = 1000;
  test.each([
    { given: 0, want: '<1s' },
    { given: 999, want: '<1s' },
    { given: 3 * SECOND, want: '3s' },
    { given: 65 * SECOND, want: '1m5s' },
    { given: 60 * SECOND, want: '1m' },
    { given: 3_900 * SECOND, want: '1h5m' },
    { given: 3_605 * SECOND, want: '1h' },
    { given: 187_200 * SECOND, want: '2d4h' },
  ])('$given ms: $want', ({ given, want }) => expect(span(given)).toBe(want));
});

test('how long ago, and when', () => {
  const now = Date.parse('2026-11-20T08:35:35.500Z');
  const then = Date.parse('2026-11-20T08:35:32.100Z') * 1e6;
  expect(ago(now, then)).toBe('3s ago');
  expect(ago(now, now * 1e6 + 61e9)).toBe('in 1m1s');
  expect(ago(now, 0)).toBe('N/A');
  expect(timeOf(then)).toBe('2026-11-20T08:35:32Z');
  expect(timeOf(null)).toBe('N/A');
  expect(timeOfText('2026-11-20T08:35:32.123456789Z')).toBe('2026-11-20T08:35:32Z');
  expect(timeOfText('0001-01-01T00:00:00Z')).toBe('N/A');
  expect(timeOfText(null)).toBe('N/A');
});

describe('bytes', () => {
  test.each([
    { given: 0, want: '0 B' },
    { given: 1023, want: '1023 B' },
    { given: 4096, want: '4.0 KiB' },
    { given: 28 * 1024 * 1024, want: '28 MiB' },
    { given: 25_276_514_304, want: '24 GiB' },
    { given: 9.99 * 1024, want: '10 KiB' },
  ])('$given: $want', ({ given, want }) => expect(bytes(given)).toBe(want));
  test('sizes of the API are MiB', () => expect(mebibytes(64)).toBe('64 MiB'));
});

test('a table is as wide as its cells, and its last column is not filled', () => {
  expect(
    table(
      plain,
      ['ID', 'Status'],
      [
        ['a', 'running'],
        ['longer', ''],
      ],
    ),
  ).toBe('ID      Status\na       running\nlonger\n');
  const painted = table(color, ['ID', 'S'], [[color.green('ab'), 'x']]);
  expect(painted.split('\n')[1]).toBe(`${color.green('ab')}  x`);
});

test('values stand below each other, and what has none is left out', () => {
  expect(
    keyValue(plain, [
      ['ID', 'web'],
      ['Gone', undefined],
      ['Submit Date', ''],
    ]),
  ).toBe('ID          = web\nSubmit Date =\n');
});

test('colours', () => {
  expect(paintStatus(color, 'running')).toBe('\u001b[32mrunning\u001b[39m');
  expect(paintStatus(color, 'dead (stopped)')).toBe('\u001b[2mdead (stopped)\u001b[22m');
  expect(paintStatus(plain, 'failed')).toBe('failed');
  expect(widthOf(color.red('→ é'))).toBe(3);
});

describe('lines that are written over', () => {
  test('only on a terminal', () => {
    const io = capturedIo();
    const live = createLive(io);
    live.foot(['half']);
    live.line('one');
    expect(io.printed()).toBe('one\n');
  });
  test('stay below those that stay', () => {
    const io = capturedIo({ live: true });
    const live = createLive(io);
    live.foot(['a', 'b']);
    live.line('one');
    live.foot([]);
    expect(io.printed()).toBe('a\nb\n\u001b[2A\u001b[0Jone\na\nb\n\u001b[2A\u001b[0J');
  });
});
