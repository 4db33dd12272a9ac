import type { Namespace, NomadClient } from '@shoal/api';
import type { Io } from '../io.ts';
import { notOne } from './ambiguous.ts';

/** The one namespace that is called so, or begins so. Throws CommandError with what there is. */
export async function findNamespace(nomad: NomadClient, given: string, io: Io): Promise<Namespace> {
  const { value: found } = await nomad.namespaces.list({ prefix: given });
  const [only] = found;
  const exact = found.find(({ Name }) => Name === given) ?? (found.length === 1 ? only : undefined);
  if (exact) return exact;
  const rows = found.map(({ Name, Description }) => [Name, Description]);
  throw notOne('namespace', given, { headings: ['Name', 'Description'], rows }, io);
}
