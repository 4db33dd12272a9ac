import { lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSpareFifos } from '../../../src/client/supervisor/spare-fifos.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { tempDir } from '../../support/temp-dir.ts';

const isPipe = (path: string) => lstatSync(path).isFIFO() && (lstatSync(path).mode & 0o777) === 0o600;

async function aPlace() {
  const root = await tempDir();
  return { root, dir: join(root, 'fifos'), fifos: openSpareFifos(join(root, 'fifos')) };
}

describe('pipes are placed', () => {
  test('for many at the same time', async () => {
    const { root, fifos } = await aPlace();
    const pairs = Array.from({ length: 150 }, (_, index) => [join(root, `${index}.out`), join(root, `${index}.err`)]);
    await Promise.all(pairs.map((pair) => fifos.place(pair)));
    expect(pairs.flat().every(isPipe)).toBe(true);
  });

  test('instead of what is there', async () => {
    const { root, fifos } = await aPlace();
    const path = join(root, 'file');
    writeFileSync(path, 'x');
    await fifos.place([path]);
    expect(isPipe(path)).toBe(true);
  });

  test('though the spare ones were removed', async () => {
    const { root, dir, fifos } = await aPlace();
    await fifos.place([join(root, 'first')]);
    rmSync(dir, { recursive: true });
    await fifos.place([join(root, 'second')]);
    expect(isPipe(join(root, 'second'))).toBe(true);
  });

  test('on another file system', async () => {
    const { dir, fifos } = await aPlace();
    const path = join(await smallDisk(65_536), 'pipe');
    await fifos.place([path]);
    expect(isPipe(path)).toBe(true);
    expect(readdirSync(dir)).not.toContain('0');
  });

  test('nowhere that is not there', async () => {
    const { root, fifos } = await aPlace();
    await expect(fifos.place([join(root, 'no/such/folder/pipe')])).rejects.toThrow('No such file or directory');
  });
});
