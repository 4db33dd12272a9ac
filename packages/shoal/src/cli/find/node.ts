import type { NomadClient } from '@shoal/api';
import { CommandError, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { findById } from './by-id.ts';
import { nodeKind } from './kinds.ts';

/** `exact`: it was named whole, by its id or its name. */
export type FoundNode = { readonly id: string; readonly exact: boolean };

/** The one node that is called so, or whose id begins so. Throws CommandError with what there is. */
export async function findNode(nomad: NomadClient, given: string, io: Io): Promise<FoundNode> {
  const { value } = await nomad.nodes.list();
  const named = value.filter(({ Name }) => Name === given);
  const [only] = named;
  if (only && named.length === 1) return { id: only.ID, exact: true };
  const { ID } = await findById(nodeKind(nomad), given, io);
  return { id: ID, exact: ID === given };
}

/** The node of the agent that is asked. */
export async function ownNode(nomad: NomadClient): Promise<string> {
  const { stats } = await nomad.agent.self();
  const id = stats['client']?.['node_id'];
  if (!id) throw new CommandError('the agent that was asked runs no client: name a node');
  return id;
}

/** What -self says, or the argument. */
export async function chosenNode(
  nomad: NomadClient,
  { self, given }: { self: boolean | undefined; given: string | undefined },
  io: Io,
): Promise<FoundNode> {
  if (self && given !== undefined) throw new UsageError(`-self is a node already: leave "${given}" out`);
  if (self) return { id: await ownNode(nomad), exact: true };
  if (given === undefined) throw new UsageError('name a node, or give -self');
  return findNode(nomad, given, io);
}
