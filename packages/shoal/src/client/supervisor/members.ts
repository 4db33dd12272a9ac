import { isDead, type ProcRow } from './proc.ts';

/** A task as it is looked for in the process table. */
export type SweepTarget = {
  id: string;
  allocId: string;
  task: string;
  pid: number;
  startTicks: number;
  /** False if the main process ended unseen: its number may have been given to a stranger since, so that group and session prove nothing. */
  groupIsOurs: boolean;
};

export type MemberSearch = {
  rows: ProcRow[];
  targets: SweepTarget[];
  environOf(pid: number): string;
  /** Never a member: the supervisor itself. */
  selfPid: number;
};

/**
 * Finds the living processes of each task: the process group and session that its main process leads, all that carry the allocation's id and the
 * task's name in their environment (a double fork with `setsid` keeps it), and the children of any of these.
 */
export function findMembers(search: MemberSearch): Map<string, number[]> {
  const living = search.rows.filter((row) => !isDead(row) && row.pid !== search.selfPid);
  const oldest = Math.min(...search.targets.map((target) => target.startTicks));
  const environs = new Map<number, string>();
  for (const row of living) if (row.startTicks >= oldest) environs.set(row.pid, search.environOf(row.pid));
  const found = new Map<string, number[]>();
  for (const target of search.targets) found.set(target.id, membersOf(target, { ...search, rows: living }, environs));
  return found;
}

function membersOf(target: SweepTarget, search: MemberSearch, environs: Map<number, string>): number[] {
  const reused = search.rows.some((row) => row.pid === target.pid && row.startTicks !== target.startTicks);
  const groupIsOurs = target.groupIsOurs && !reused;
  const young = search.rows.filter((row) => row.startTicks >= target.startTicks);
  const members = new Set<number>();
  for (const row of young) {
    const inGroup = groupIsOurs && (row.pgrp === target.pid || row.session === target.pid);
    if (inGroup || carriesMark(environs.get(row.pid) ?? '', target)) members.add(row.pid);
  }
  addDescendants(members, young);
  return [...members];
}

function carriesMark(environ: string, target: SweepTarget): boolean {
  const entries = `\0${environ}`;
  return (
    entries.includes(`\0NOMAD_ALLOC_ID=${target.allocId}\0`) && entries.includes(`\0NOMAD_TASK_NAME=${target.task}\0`)
  );
}

function addDescendants(members: Set<number>, rows: ProcRow[]): void {
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const row of rows) if (members.has(row.ppid)) members.add(row.pid);
  }
}
