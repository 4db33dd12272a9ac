import { readdirSync, readFileSync } from 'node:fs';

/** What /proc says of processes; a process that goes away while it is looked at counts as gone. */

/** The living ones whose environment has `name=value`. Whatever a process starts inherits it, unless it cleans its environment. */
export function processesWith(name: string, value: string): number[] {
  const entry = Buffer.from(`\0${name}=${value}\0`);
  return pids().filter((pid) => {
    const environ = read(`/proc/${pid}/environ`);
    return environ !== undefined && Buffer.concat([ZERO, environ]).includes(entry) && isAlive(pid);
  });
}

/** Neither gone nor a zombie. */
export function isAlive(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`)?.toString();
  return stat !== undefined && !/^[ZX]/.test(afterName(stat));
}

/** Its command line; "" if it is gone. */
export function commandOf(pid: number): string {
  return (read(`/proc/${pid}/cmdline`)?.toString() ?? '').replaceAll('\0', ' ').trim();
}

/** The living ones with such a command line, words divided by one blank. */
export function processesNamed(fits: (commandLine: string) => boolean): number[] {
  return pids().filter((pid) => fits(commandOf(pid)));
}

/** Resident memory in bytes. */
export function rssBytes(pid: number): number {
  return kilobytes(read(`/proc/${pid}/status`), 'VmRSS');
}

/** Memory in bytes, with what is shared divided among those who share it. */
export function pssBytes(pid: number): number {
  return kilobytes(read(`/proc/${pid}/smaps_rollup`), 'Pss');
}

export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Seconds of a core that it has used so far. */
export function cpuSeconds(pid: number): number {
  const fields = afterName(read(`/proc/${pid}/stat`)?.toString() ?? '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const ZERO = Buffer.of(0);
/** USER_HZ, the same on all Linux of the architectures that Node runs on. */
const TICKS_PER_SECOND = 100;

function pids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** The second field is the program's name in parentheses, and may hold anything. */
function afterName(stat: string): string {
  return stat.slice(stat.lastIndexOf(')') + 2);
}

function kilobytes(text: Buffer | undefined, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text?.toString() ?? '')?.[1] ?? Number.NaN) * 1024;
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
