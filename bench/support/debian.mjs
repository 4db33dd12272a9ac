// Programs of Debian's packages that measurements need; installed when missing and allowed. Undefined where a program cannot be had.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The program's path; installs its package as root. */
export function debianProgram(program, debianPackage = program) {
  const path = which(program);
  if (path || process.getuid?.() !== 0) return path;
  try {
    execFileSync('apt-get', ['install', '-y', '-q', debianPackage], {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch {
    return undefined;
  }
  return which(program);
}

/** Consul 1.8.7 is a package of Debian 11. It is unpacked for the measurement, not installed. */
export function peerConsul() {
  const kept = join(tmpdir(), 'shoal-bench-consul-1.8.7');
  const binary = join(kept, 'usr/bin/consul');
  if (existsSync(binary)) return binary;
  const mirror = debianMirror();
  if (!mirror) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-apt-'));
  // A folder of its own: apt removes whatever else it finds there.
  const lists = join(dir, 'lists');
  mkdirSync(lists);
  try {
    writeFileSync(join(dir, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} bullseye main\n`);
    const own = [
      '-o',
      `Dir::Etc::sourcelist=${join(dir, 'sources.list')}`,
      '-o',
      'Dir::Etc::sourceparts=-',
      '-o',
      `Dir::State::lists=${lists}`,
    ];
    execFileSync('apt-get', [...own, 'update', '-q'], { stdio: 'ignore' });
    execFileSync('apt-get', [...own, 'download', 'consul'], { cwd: dir, stdio: 'ignore' });
    const file = readdirSync(dir).find((name) => name.startsWith('consul_') && name.endsWith('.deb'));
    if (!file) return undefined;
    execFileSync('dpkg-deb', ['-x', join(dir, file), kept]);
    return existsSync(binary) ? binary : undefined;
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

function which(program) {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
