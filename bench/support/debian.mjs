// Programs of Debian's packages that measurements need; installed when missing and allowed. Undefined where a program cannot be had.
import { execFileSync } from 'node:child_process';
import { debian11Program } from '../../scripts/debian-11.mjs';

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
export const peerConsul = () => debian11Program('consul');

function which(program) {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
