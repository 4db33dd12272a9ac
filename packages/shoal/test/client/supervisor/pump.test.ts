import { closeSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFifos, openReadEnd, openTaskEnd } from '../../../src/client/supervisor/fifo.ts';
import { type Pump, startPump } from '../../../src/client/supervisor/pump.ts';
import type { RotatedFile } from '../../../src/client/supervisor/rotation.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const PIPE_BYTES = 64 * 1024;

/** A file on a disk that is full when it is told to be, and slow when it is told to be. */
function aDisk(): {
  file: RotatedFile;
  full: boolean;
  slow: Promise<void> | undefined;
  written: string;
  writes: number;
} {
  const disk = { full: false, slow: undefined as Promise<void> | undefined, written: '', writes: 0 };
  const put = (chunk: Buffer): void => {
    disk.writes += 1;
    if (disk.full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    disk.written += chunk.toString();
  };
  const file: RotatedFile = {
    writeSync: put,
    write: async (chunk) => {
      await disk.slow;
      put(chunk);
    },
    close: () => {},
  };
  return Object.assign(disk, { file });
}

async function aPump(disk: {
  file: RotatedFile;
}): Promise<{ pump: Pump; path: string; write(text: string): void; log: string[] }> {
  const path = join(await tempDir(), 'fifo');
  await makeFifos([path]);
  const log: string[] = [];
  const pump = startPump(openReadEnd(path), disk.file, (message) => log.push(message));
  const end = openTaskEnd(path, undefined);
  onTestFinished(() => pump.drain());
  return { pump, path, write: (text) => void writeSync(end, text), log };
}

it('a full disk costs output, is said once, and is over when there is room again', async () => {
  const disk = aDisk();
  const { write, log } = await aPump(disk);
  disk.full = true;
  for (const [index, line] of ['lost 1\n', 'lost 2\n'].entries()) {
    write(line);
    await until('the write was tried', () => disk.writes === index + 1);
  }
  disk.full = false;
  write('kept\n');
  await until('it is written', () => disk.written === 'kept\n');
  expect(log).toEqual([
    'cannot write output (ENOSPC); it is dropped until there is room',
    'output is written again; 14 bytes were dropped',
  ]);
});

it('a slow disk stops the reading, so that the writer waits and memory does not grow', async () => {
  const disk = aDisk();
  let release = (): void => {};
  disk.slow = new Promise((resolve) => {
    release = resolve;
  });
  const { pump, path } = await aPump(disk);
  const end = openReadEnd(path);
  onTestFinished(() => closeSync(end));
  let taken = 0;
  const fill = (): boolean => {
    try {
      for (;;) taken += writeSync(end, 'x'.repeat(16 * 1024));
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EAGAIN';
    }
  };
  fill();
  await until('a chunk is on its way', () => fill() && taken > PIPE_BYTES);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  fill();
  expect(taken).toBeLessThanOrEqual(2 * PIPE_BYTES);
  release();
  await until('all is written', () => disk.written.length === taken);
  await pump.drain();
});

it('what is in the pipe at the end is written', async () => {
  const disk = aDisk();
  const { pump, write } = await aPump(disk);
  write('last words');
  await pump.drain();
  expect(disk.written).toBe('last words');
});
