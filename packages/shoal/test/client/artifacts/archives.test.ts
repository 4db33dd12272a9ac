import { execFileSync } from 'node:child_process';
import { mkdir, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../support/temp-dir.ts';
import { aPlace, tarOf } from './harness.ts';

type ZipEntry = { path: string; content?: string; mode?: number };

/** A zip with just these names and modes, which no program would make. */
function rawZip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content = '', mode = 0o100644 } of entries) {
    const [name, plain] = [Buffer.from(path), Buffer.from(content)];
    const packed = deflateRawSync(plain);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(plain), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(plain.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
    const central = Buffer.alloc(14);
    central.writeUInt32LE((mode << 16) >>> 0, 6);
    central.writeUInt32LE(offset, 10);
    // Made by a Unix, so that the modes count.
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, central, name]));
    files.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

describe('a zip', () => {
  test('is unpacked with its folders, modes and links', async () => {
    const zip = rawZip([
      { path: 'dir/', mode: 0o40755 },
      { path: 'dir/b.txt', content: 'B' },
      { path: 'run', content: '#!/bin/sh', mode: 0o104755 },
      { path: 'dir/link', content: '../run', mode: 0o120777 },
    ]);
    const place = await aPlace({ '/a.zip': zip });
    await place.get('/a.zip');
    const local = join(place.dirs.taskDir, 'local');
    expect(await place.text('local/dir/b.txt')).toBe('B');
    expect((await stat(join(local, 'run'))).mode & 0o7777).toBe(0o755);
    expect(await readlink(join(local, 'dir/link'))).toBe('../run');
    expect(await place.temp()).toEqual([]);
  });

  test.each([
    { name: 'that climbs', zip: rawZip([{ path: '../../x', content: 'x' }]), want: /leads out/ },
    { name: 'with an absolute path', zip: rawZip([{ path: '/tmp/x', content: 'x' }]), want: /leads out/ },
    {
      name: 'with a link to elsewhere',
      zip: rawZip([{ path: 'l', content: '/etc', mode: 0o120777 }]),
      want: /leads out/,
    },
    {
      name: 'with a link that climbs',
      zip: rawZip([{ path: 'd/l', content: '../../x', mode: 0o120777 }]),
      want: /leads out/,
    },
    { name: 'that is none', zip: Buffer.from('PK no zip'), want: /cannot be unpacked/ },
    {
      name: 'that grows too large',
      zip: rawZip([{ path: 'z', content: '\0'.repeat(2_000_000) }]),
      want: /unpacks to more/,
    },
    {
      name: 'of too many files',
      zip: rawZip([{ path: 'a' }, { path: 'b' }, { path: 'c' }]),
      want: /more than 2 entries/,
    },
  ])('$name is refused, and leaves nothing', async ({ zip, want }) => {
    const place = await aPlace({ '/a.zip': zip });
    await expect(place.get('/a.zip', {}, { maxUnpackedBytes: 1_000_000, maxFiles: 2 })).rejects.toThrow(want);
    expect([await place.local(), await place.temp()]).toEqual([[], []]);
  });
});

const PACKERS = [
  { program: 'bzip2', suffix: 'bz2', package: 'bzip2' },
  { program: 'xz', suffix: 'xz', package: 'xz-utils' },
  { program: 'zstd', suffix: 'zst', package: 'zstd' },
];

describe.each(PACKERS)('what $program has packed', ({ program, suffix, package: owner }) => {
  /** On a machine without the program, anything will do: it is not got as far as looking at it. */
  const pack = (content: Buffer): Buffer => {
    try {
      return execFileSync(program, ['-c'], { input: content });
    } catch {
      return MAGIC[suffix] ?? content;
    }
  };
  const missing = `this node has no ${program}: install the package "${owner}"`;
  const isThere = (() => {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore', input: '' });
      return true;
    } catch {
      return false;
    }
  })();

  test('is unpacked, or the missing program is named', async () => {
    const place = await aPlace({
      [`/a.tar.${suffix}`]: pack(await tarOf({ 'dir/b.txt': 'B' })),
      [`/x.${suffix}`]: pack(Buffer.from('plain')),
    });
    const got = place
      .get(`/a.tar.${suffix}`)
      .then(() => place.get(`/x.${suffix}`))
      .then(async () => [await place.text('local/dir/b.txt'), await place.text('local/x')])
      .catch((error: Error) => error.message);
    expect(await got).toEqual(isThere ? ['B', 'plain'] : missing);
  });

  test('is refused when it grows too large or is broken', async () => {
    const packed = pack(Buffer.alloc(3_000_000));
    const broken = Buffer.concat([packed.subarray(0, 20), Buffer.from('broken')]);
    const place = await aPlace({ [`/x.${suffix}`]: packed, [`/broken.${suffix}`]: broken });
    const message = (path: string) =>
      place.get(path, {}, { maxUnpackedBytes: 1_000_000 }).then(
        () => 'nothing',
        (error: Error) => error.message,
      );
    expect(await message(`/x.${suffix}`)).toMatch(isThere ? /unpacks to more than the allowed/ : missing);
    expect(await message(`/broken.${suffix}`)).toMatch(isThere ? /cannot be unpacked/ : missing);
    expect([await place.local(), await place.temp()]).toEqual([[], []]);
  });
});

const MAGIC: Readonly<Record<string, Buffer>> = {
  bz2: Buffer.from('425a6800000000000000000000000000000000000000', 'hex'),
  xz: Buffer.from('fd377a585a0000000000000000000000000000000000', 'hex'),
  zst: Buffer.from('28b52ffd000000000000000000000000000000000000', 'hex'),
};

test('a program that is not there is named with its package', async () => {
  const empty = await tempDir();
  await mkdir(join(empty, 'bin'));
  await writeFile(join(empty, 'bin/none'), '');
  const path = process.env['PATH'];
  process.env['PATH'] = join(empty, 'bin');
  try {
    const place = await aPlace({ '/x.xz': MAGIC['xz'] as Buffer });
    await expect(place.get('/x.xz')).rejects.toThrow('this node has no xz: install the package "xz-utils"');
    await expect(place.get('git::https://127.0.0.1:1/x')).rejects.toThrow(
      'this node has no git: install the package "git"',
    );
  } finally {
    process.env['PATH'] = path;
  }
});
