import type { NomadCheck } from '@shoal/api';
import type { Io } from '../io.ts';
import { table } from '../output/table.ts';

/** Checks of Nomad's own services, in the order of their services and names. */
export function inOrder(checks: Readonly<Record<string, NomadCheck>>): NomadCheck[] {
  const place = ({ Service, Task, Check }: NomadCheck) => `${Service}\0${Task}\0${Check}`;
  return Object.values(checks).sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

export function taskOfCheck({ Task }: NomadCheck): string {
  return Task === '' ? '(group)' : Task;
}

export function checkStatus({ Status }: NomadCheck, { paint }: Io): string {
  if (Status === 'pending') return paint.yellow(Status);
  return Status === 'success' ? paint.green(Status) : paint.red(Status);
}

export function checksTable(checks: readonly NomadCheck[], io: Io): string {
  const rows = checks.map((check) => [
    check.Service,
    taskOfCheck(check),
    check.Check,
    check.Mode,
    checkStatus(check, io),
  ]);
  return table(io.paint, ['Service', 'Task', 'Name', 'Mode', 'Status'], rows);
}
