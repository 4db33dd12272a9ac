import { readdirSync, readFileSync } from 'node:fs';

/** One process, from /proc/<pid>/stat (proc(5)). Times in clock ticks. */
export type ProcRow = {
  pid: number;
  ppid: number;
  pgrp: number;
  session: number;
  /** One letter; Z and X are dead. */
  state: string;
  userTicks: number;
  systemTicks: number;
  /** Since boot: with the pid it names a process for as long as the machine is up. */
  startTicks: number;
  rssPages: number;
};

/** Ticks per second as the kernel shows them to programs; 100 on every Linux that Node runs on. */
export const TICKS_PER_SECOND = 100;

/** The command's name may hold spaces and brackets, so fields are counted from the last bracket on. */
export function parseStat(text: string): ProcRow | undefined {
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(') ');
  if (open < 0 || close < 0) return undefined;
  const field = text.slice(close + 2).split(' ');
  const number = (index: number): number => Number(field[index]);
  const row: ProcRow = {
    pid: Number(text.slice(0, open)),
    state: field[0] ?? 'X',
    ppid: number(1),
    pgrp: number(2),
    session: number(3),
    userTicks: number(11),
    systemTicks: number(12),
    startTicks: number(19),
    rssPages: number(21),
  };
  return Number.isFinite(row.pid) && Number.isFinite(row.rssPages) ? row : undefined;
}

/** Undefined if there is no such process. */
export function readStat(pid: number): ProcRow | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** Every process that can be seen, dead ones too. */
export function readProcessTable(): ProcRow[] {
  const rows: ProcRow[] = [];
  for (const name of readdirSync('/proc')) {
    const first = name.charCodeAt(0);
    if (first < 48 || first > 57) continue;
    const row = readStat(Number(name));
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** `A=1\0B=2\0`, as the process was given it; "" if it may not be read or there is none. */
export function readEnviron(pid: number): string {
  return readProc(`/proc/${pid}/environ`, 'latin1') ?? '';
}

/**
 * Whether a process does not hear a signal that would end any other: it is the first of its namespace, and neither catches, blocks nor ignores it
 * (pid_namespaces(7)). `status` is of /proc/<pid>/status.
 */
export function isDeafTo(status: string, signal: number): boolean {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  const numbers = field('NSpid').split(/\s+/);
  if (numbers.length < 2 || numbers.at(-1) !== '1') return false;
  const bit = 1n << BigInt(signal - 1);
  return ['SigBlk', 'SigIgn', 'SigCgt'].every((name) => (BigInt(`0x${field(name) || '0'}`) & bit) === 0n);
}

/** "" if there is no such process. */
export function readStatus(pid: number): string {
  return readProc(`/proc/${pid}/status`) ?? '';
}

/** The program's short name; "" if there is no such process. */
export function readCommand(pid: number): string {
  return (readProc(`/proc/${pid}/comm`) ?? '').trim();
}

export function isDead(row: ProcRow): boolean {
  return row.state === 'Z' || row.state === 'X' || row.state === 'x';
}

/** True while that very process runs: a reused pid has another start time, a zombie does not run. */
export function isAlive(pid: number, startTicks: number): boolean {
  const row = readStat(pid);
  return row !== undefined && row.startTicks === startTicks && !isDead(row);
}

/** Changes with each start of the machine. */
export function bootId(): string {
  return (readProc('/proc/sys/kernel/random/boot_id') ?? '').trim();
}

function readProc(path: string, encoding: 'utf8' | 'latin1' = 'utf8'): string | undefined {
  try {
    return readFileSync(path, encoding);
  } catch {
    // It ended between two looks, or belongs to somebody else.
    return undefined;
  }
}
