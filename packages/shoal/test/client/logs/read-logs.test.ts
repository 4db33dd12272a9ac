import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileChunk } from '../../../src/client/files/chunk.ts';
import { type LogRequest, readLogs } from '../../../src/client/logs/read-logs.ts';
import { openRotated } from '../../../src/client/supervisor/rotation.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

async function logs(files: Record<string, string>): Promise<{ root: string; dir: string; request: LogRequest }> {
  const root = await tempDir();
  const dir = join(root, 'alloc/logs');
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const signal = new AbortController().signal;
  return { root, dir, request: { root, task: 't', type: 'stdout', origin: 'start', offset: 0, follow: false, signal } };
}

const text = (chunks: FileChunk[]): string => chunks.map((chunk) => chunk.data.toString()).join('');

async function all(request: LogRequest): Promise<FileChunk[]> {
  const chunks: FileChunk[] = [];
  for await (const chunk of await readLogs(request)) chunks.push(chunk);
  return chunks;
}

describe('logs that are there', () => {
  const row = { 't.stdout.9': 'nine\n', 't.stdout.10': 'ten\n', 't.stderr.0': 'oops\n', 'tt.stdout.11': 'other\n' };
  const cases: { name: string; changes: Partial<LogRequest>; want: string }[] = [
    { name: 'in the order of their numbers', changes: {}, want: 'nine\nten\n' },
    { name: 'from an offset', changes: { offset: 7 }, want: 'n\n' },
    { name: 'the last bytes', changes: { origin: 'end', offset: 6 }, want: 'e\nten\n' },
    { name: 'of the other stream', changes: { type: 'stderr' }, want: 'oops\n' },
  ];
  it.each(cases)('are read $name', async ({ changes, want }) => {
    const { request } = await logs(row);
    expect(text(await all({ ...request, ...changes }))).toBe(want);
  });

  it('name their file, and where in it the next piece begins', async () => {
    const { request } = await logs(row);
    expect((await all(request)).map(({ file, offset }) => [file, offset])).toEqual([
      ['alloc/logs/t.stdout.9', 5],
      ['alloc/logs/t.stdout.10', 4],
    ]);
  });

  it('of a task that has not started yet are an error', async () => {
    const { request } = await logs({});
    await expect(readLogs(request)).rejects.toMatchObject({
      code: 'not_found',
      message: 'task "t" not started yet. No logs available',
    });
  });
});

describe('followed logs', () => {
  it('are complete over rotations', async () => {
    const { dir, request } = await logs({});
    const reader = new AbortController();
    const chunks: FileChunk[] = [];
    const reading = (async () => {
      for await (const chunk of await readLogs({ ...request, follow: true, signal: reader.signal })) chunks.push(chunk);
    })();
    const file = openRotated(dir, 't.stdout', { maxFiles: 100, maxFileSizeBytes: 100 });
    let want = '';
    for (let line = 0; line < 200; line += 1) {
      want += `line ${line}\n`;
      file.writeSync(Buffer.from(`line ${line}\n`));
      if (line % 20 === 0) await until('it is read', () => text(chunks) === want);
    }
    await until('all is read', () => text(chunks) === want);
    file.close();
    reader.abort();
    await reading;
  });

  it('go on with the oldest that is left when the reader was too slow', async () => {
    const { dir, request } = await logs({ 't.stdout.0': 'zero\n' });
    const chunks = await readLogs({ ...request, follow: true });
    expect((await chunks.next()).value?.data.toString()).toBe('zero\n');
    writeFileSync(join(dir, 't.stdout.7'), 'seven\n');
    rmSync(join(dir, 't.stdout.0'));
    expect((await chunks.next()).value?.data.toString()).toBe('seven\n');
    appendFileSync(join(dir, 't.stdout.7'), 'more\n');
    expect((await chunks.next()).value?.data.toString()).toBe('more\n');
    await chunks.return(undefined);
  });
});
