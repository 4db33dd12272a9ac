// Programs of Debian 11 that later releases do not have, or have without what is needed: unpacked, never installed.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const KEPT = fileURLToPath(new URL('../node_modules/.debian-11', import.meta.url));

/** Path of the package's program of the same name; undefined where it cannot be had. Fetched once. */
export function debian11Program(name) {
  const kept = join(KEPT, name);
  const program = join(kept, 'usr/bin', name);
  if (existsSync(program)) return program;
  const mirror = debianMirror();
  if (!mirror) return undefined;
  mkdirSync(KEPT, { recursive: true });
  const dir = mkdtempSync(join(KEPT, '.fetch-'));
  // A folder of its own: apt removes whatever else it finds there.
  const lists = join(dir, 'lists');
  mkdirSync(lists);
  try {
    writeFileSync(join(dir, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} bullseye main\n`);
    const own = [
      `Dir::Etc::sourcelist=${join(dir, 'sources.list')}`,
      'Dir::Etc::sourceparts=-',
      `Dir::State::lists=${lists}`,
    ].flatMap((option) => ['-o', option]);
    execFileSync('apt-get', [...own, 'update', '-q'], { stdio: 'ignore' });
    execFileSync('apt-get', [...own, 'download', `${name}/bullseye`], { cwd: dir, stdio: 'ignore' });
    const file = readdirSync(dir).find((one) => one.startsWith(`${name}_`) && one.endsWith('.deb'));
    if (!file) return undefined;
    execFileSync('dpkg-deb', ['-x', join(dir, file), join(dir, 'unpacked')]);
    renameSync(join(dir, 'unpacked'), kept);
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The mirror that this machine takes Debian from. */
function debianMirror() {
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ];
  for (const file of files.filter((name) => existsSync(name))) {
    const found = /^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(
      readFileSync(file, 'utf8'),
    );
    if (found) return found[1];
  }
  return undefined;
}
