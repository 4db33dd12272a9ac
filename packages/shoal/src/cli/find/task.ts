import type { Allocation, AllocStub, NomadClient } from '@shoal/api';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { findById } from './by-id.ts';
import { findJob } from './job.ts';
import { allocationKind } from './kinds.ts';

/** The allocation of an id, or with `ofJob` the newest running one of a job, or of its group (the newest at all if none runs). */
export async function findAllocation(
  nomad: NomadClient,
  given: string,
  io: Io,
  ofJob: boolean | { readonly group: string | undefined } = false,
): Promise<Allocation> {
  const group = typeof ofJob === 'object' ? ofJob.group : undefined;
  const stub = ofJob ? await newestOf(nomad, given, io, group) : await findById(allocationKind(nomad), given, io);
  const { value } = await nomad.allocations.read(stub.ID);
  if (!value) throw new CommandError(`the allocation "${stub.ID}" has just been removed`);
  return value;
}

async function newestOf(nomad: NomadClient, given: string, io: Io, group: string | undefined): Promise<AllocStub> {
  const { id } = await findJob(nomad, given, io);
  const { value } = await nomad.jobs.allocations(id);
  const ofGroup = value.filter(({ TaskGroup }) => group === undefined || TaskGroup === group);
  const newest = ofGroup.sort((a, b) => b.CreateTime - a.CreateTime);
  const found = newest.find(({ ClientStatus }) => ClientStatus === 'running') ?? newest[0];
  if (!found)
    throw new CommandError(`the job "${id}" has no allocations${group === undefined ? '' : ` of a group "${group}"`}`);
  return found;
}

/** The task that was named, or the only one. */
export function findTask(alloc: Allocation, given: string | undefined): string {
  const names = Object.keys(alloc.AllocatedResources.Tasks).sort();
  const list = names.map((name) => `  * ${name}`).join('\n');
  if (given !== undefined) {
    if (names.includes(given)) return given;
    throw new CommandError(`the allocation "${alloc.ID.slice(0, 8)}" has no task "${given}", but:\n${list}`);
  }
  const [only, second] = names;
  if (only !== undefined && second === undefined) return only;
  throw new CommandError(`the allocation "${alloc.ID.slice(0, 8)}" has several tasks, name one:\n${list}`);
}
