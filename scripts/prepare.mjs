// What `npm start`, `npm test` and `bin/shoal` share: dependencies when missing or stale, the build when stale. Built-in modules only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debian11Program } from './debian-11.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules', '.shoal-installed');
const entry = join(root, 'packages', 'shoal', 'dist', 'shoal.js');

/** Installs what package-lock.json names, unless that was done. */
export function ensureDependencies() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Installing dependencies (once per change of package-lock.json) …');
  // Not "npm ci": it insists on the optional packages of every platform, which not every registry mirror has.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}

/** Builds when a source file is newer than the built command. */
export function ensureBuild() {
  if (existsSync(entry) && newestSource() < statSync(entry).mtimeMs) return;
  run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
}

/** Runs a program to its end; ends this process with its status when it fails. */
export function run(program, args, env = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** What the build reads: sources and manifests of the packages, and how to build. */
function newestSource() {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  const times = packages.flatMap((path) => [newest(join(path, 'src')), statSync(join(path, 'package.json')).mtimeMs]);
  return Math.max(...times, statSync(join(root, 'scripts', 'build.mjs')).mtimeMs);
}

function newest(dir) {
  let latest = 0;
  for (const item of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, item.name);
    latest = Math.max(latest, item.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

/** Debian's package of each program that tests call. */
const TEST_PROGRAMS = {
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  busybox: 'busybox-static',
  bzip2: 'bzip2',
  conmon: 'conmon',
  containerd: 'containerd',
  dig: 'bind9-dnsutils',
  dnsmasq: 'dnsmasq-base',
  docker: 'docker.io',
  dockerd: 'docker.io',
  faketime: 'faketime',
  git: 'git',
  haproxy: 'haproxy',
  ip: 'iproute2',
  iptables: 'iptables',
  mount: 'mount',
  nsenter: 'util-linux',
  nginx: 'nginx-light',
  python3: 'python3',
  runc: 'runc',
  unbound: 'unbound',
  xz: 'xz-utils',
  zip: 'zip',
  zstd: 'zstd',
};

/** Later releases have no Consul, and a Prometheus without the discovery that tests are about. */
const DEBIAN_11_PROGRAMS = ['consul', 'prometheus'];

/** Installs the programs that tests need and that are missing, as root; otherwise says which tests will fail for want of them. */
export function ensureTestPrograms() {
  const unfetched = DEBIAN_11_PROGRAMS.filter((program) => debian11Program(program) === undefined);
  if (unfetched.length > 0) console.error(`Missing for the tests, from Debian 11: ${unfetched.join(', ')}`);
  const missing = Object.entries(TEST_PROGRAMS).filter(
    ([program]) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  console.error(
    `Missing for the tests: ${missing.map(([program]) => program).join(', ')} (apt-get install ${packages.join(' ')})`,
  );
  if (process.getuid?.() !== 0) return;
  // Run level 1: services that come with them are not started.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore', env });
  spawnSync('apt-get', ['install', '-y', '-q', ...packages], { stdio: 'inherit', env });
}
