import { describe, expect, it } from 'vitest';
import { findMembers, type SweepTarget } from '../../../src/client/supervisor/members.ts';
import type { ProcRow } from '../../../src/client/supervisor/proc.ts';

const aRow = (pid: number, changes: Partial<ProcRow> = {}): ProcRow => ({
  pid,
  ppid: 1,
  pgrp: pid,
  session: pid,
  state: 'S',
  userTicks: 0,
  systemTicks: 0,
  startTicks: 1000,
  rssPages: 1,
  ...changes,
});
const target: SweepTarget = { id: 'a/t/1', allocId: 'a', task: 't', pid: 100, startTicks: 1000, groupIsOurs: true };
const marked = 'PATH=/bin\0NOMAD_ALLOC_ID=a\0NOMAD_TASK_NAME=t\0';

type Case = {
  name: string;
  rows: ProcRow[];
  environs?: Record<number, string>;
  target?: Partial<SweepTarget>;
  want: number[];
};

describe('the processes of a task', () => {
  const cases: Case[] = [
    { name: 'the main process', rows: [aRow(100), aRow(200)], want: [100] },
    { name: 'its group', rows: [aRow(101, { pgrp: 100, session: 7 })], want: [101] },
    { name: 'its session', rows: [aRow(101, { session: 100 })], want: [101] },
    { name: 'those that carry its mark', rows: [aRow(300)], environs: { 300: marked }, want: [300] },
    {
      name: 'those whose first variable is the mark',
      rows: [aRow(300)],
      environs: { 300: marked.slice(10) },
      want: [300],
    },
    {
      name: 'not those of another task of the allocation',
      rows: [aRow(300)],
      environs: { 300: marked.replace('NAME=t', 'NAME=tt') },
      want: [],
    },
    {
      name: 'not those whose allocation begins alike',
      rows: [aRow(300)],
      environs: { 300: marked.replace('ID=a', 'ID=ab') },
      want: [],
    },
    {
      name: 'not a variable whose name ends alike',
      rows: [aRow(300)],
      environs: { 300: marked.replaceAll('NOMAD', 'X_NOMAD') },
      want: [],
    },
    {
      name: 'children of children, also without the mark and in other sessions',
      rows: [aRow(302, { ppid: 301 }), aRow(301, { ppid: 100 }), aRow(100)],
      want: [100, 301, 302],
    },
    {
      name: 'not what is older than the task',
      rows: [aRow(300, { startTicks: 999 })],
      environs: { 300: marked },
      want: [],
    },
    { name: 'not the dead', rows: [aRow(100, { state: 'Z' }), aRow(101, { pgrp: 100, state: 'X' })], want: [] },
    {
      name: 'not a stranger to whom the number was given',
      rows: [aRow(100, { startTicks: 2000 }), aRow(101, { pgrp: 100 })],
      want: [],
    },
    {
      name: 'by its mark alone if nobody saw the main process end',
      rows: [aRow(101, { pgrp: 100 }), aRow(300)],
      environs: { 300: marked },
      target: { groupIsOurs: false },
      want: [300],
    },
    { name: 'never the supervisor', rows: [aRow(1)], environs: { 1: marked }, want: [] },
  ];
  it.each(cases)('are $name', ({ rows, environs, target: changes, want }) => {
    const one = { ...target, ...changes };
    const found = findMembers({ rows, targets: [one], environOf: (pid) => environs?.[pid] ?? '', selfPid: 1 });
    expect(found.get(one.id)?.sort((a, b) => a - b)).toEqual(want);
  });
});
