import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  isAlive,
  isDeafTo,
  parseStat,
  readEnviron,
  readProcessTable,
  readStat,
} from '../../../src/client/supervisor/proc.ts';

const tail = '1 40 41 0 -1 4194560 1 0 0 0 12 34 0 0 20 0 1 0 5678 1000 90 18446744073709551615';

describe('a line of /proc/<pid>/stat', () => {
  const want = {
    pid: 42,
    state: 'S',
    ppid: 1,
    pgrp: 40,
    session: 41,
    userTicks: 12,
    systemTicks: 34,
    startTicks: 5678,
    rssPages: 90,
  };
  const cases = [
    { name: 'plain', text: `42 (node) S ${tail}`, want },
    { name: 'a name with blanks', text: `42 (tmux: server) S ${tail}`, want },
    { name: 'a name made to deceive', text: `42 (x) R 9 9 9 () S ${tail}`, want },
    { name: 'cut short', text: '42 (node) S 1', want: undefined },
    { name: 'nothing', text: '', want: undefined },
  ];
  it.each(cases)('$name', ({ text, want }) => {
    expect(parseStat(text)).toEqual(want);
  });
});

describe('a signal', () => {
  // 15 is bit 14: 0x4000.
  const status = (pids: string, { blocked = '0', ignored = '0', caught = '0' } = {}) =>
    `Name:\tx\nNSpid:\t${pids}\nSigBlk:\t${blocked}\nSigIgn:\t${ignored}\nSigCgt:\t${caught}\n`;
  it.each([
    { name: 'ends a process of this namespace', status: status('77'), deaf: false },
    { name: 'ends another than the first', status: status('77\t2'), deaf: false },
    { name: 'is not heard by the first', status: status('77\t1'), deaf: true },
    { name: 'is not heard by the first of a deeper one', status: status('77\t5\t1'), deaf: true },
    { name: 'is caught', status: status('77\t1', { caught: '0000000000004002' }), deaf: false },
    { name: 'is ignored, as it wants', status: status('77\t1', { ignored: '4000' }), deaf: false },
    { name: 'is waited for', status: status('77\t1', { blocked: '4000' }), deaf: false },
    { name: 'is another one than is caught', status: status('77\t1', { caught: '2000' }), deaf: true },
    { name: 'comes too late', status: '', deaf: false },
  ])('$name', ({ status, deaf }) => {
    expect(isDeafTo(status, 15)).toBe(deaf);
  });
});

it('finds itself', () => {
  const self = readStat(process.pid);
  expect(readProcessTable().find((row) => row.pid === process.pid)?.startTicks).toBe(self?.startTicks);
  expect(isAlive(process.pid, self?.startTicks ?? 0)).toBe(true);
  expect(isAlive(process.pid, (self?.startTicks ?? 0) + 1)).toBe(false);
});

it('reads what a process was given', async () => {
  const child = spawn('sleep', ['60'], { env: { PATH: process.env['PATH'], MARK: 'x y' } });
  await new Promise((resolve) => child.once('spawn', resolve));
  expect(readEnviron(child.pid ?? 0).split('\0')).toContain('MARK=x y');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(readEnviron(child.pid ?? 0)).toBe('');
});
