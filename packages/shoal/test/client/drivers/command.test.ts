import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveCommand } from '../../../src/client/drivers/command.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { taskDirs } from './harness.ts';

describe('where a command is found', () => {
  const cases: { name: string; command: string; files: string[]; want: string | undefined }[] = [
    { name: 'an absolute path', command: '/bin/sh', files: [], want: '/bin/sh' },
    { name: 'an absolute path that is not there', command: '/no/sh', files: [], want: undefined },
    { name: 'a folder is no program', command: '/bin', files: [], want: undefined },
    { name: 'in local/ first', command: 'x', files: ['t/local/x', 't/x', 'bin/x'], want: 't/local/x' },
    { name: 'by its path from the task folder', command: 'local/d/x', files: ['t/local/d/x'], want: 't/local/d/x' },
    { name: 'then in the task folder', command: 'x', files: ['t/x', 'bin/x'], want: 't/x' },
    { name: 'then in PATH', command: 'x', files: ['bin/x'], want: 'bin/x' },
    { name: 'a path is not looked for in PATH', command: 'd/x', files: ['bin/d/x'], want: undefined },
    { name: 'nowhere', command: 'x', files: [], want: undefined },
  ];
  it.each(cases)('$name', async ({ command, files, want }) => {
    const root = await tempDir();
    const dirs = taskDirs(root, 'a', 't');
    const place = (path: string): string => join(root, path.replace(/^t\//, 'alloc/a/t/'));
    for (const file of files) {
      mkdirSync(join(place(file), '..'), { recursive: true });
      writeFileSync(place(file), '', { mode: file.startsWith('bin/') ? 0o755 : 0o644 });
    }
    const found = resolveCommand(command, dirs, `relative/bin:${join(root, 'bin')}`);
    expect(found).toBe(want === undefined || want.startsWith('/') ? want : place(want));
    if (found?.startsWith(root)) expect(statSync(found).mode & 0o111).toBe(0o111);
  });
});
