import type { NomadClient } from '@shoal/api';
import { CommandError } from '../errors.ts';

/** Job files that a cluster keeps for its users: variables with the items `template` and `description` (`job init -template`). */
const FOLDER = 'nomad/job-templates/';

export async function templateNames(nomad: NomadClient): Promise<string[]> {
  const { value } = await nomad.variables.list({ prefix: FOLDER });
  return value.map(({ Path }) => Path.slice(FOLDER.length)).sort();
}

export async function templateText(nomad: NomadClient, name: string): Promise<string> {
  const path = FOLDER + name;
  const { value } = await nomad.variables.read(path);
  const text = value?.Items?.['template'];
  if (text !== undefined) return text;
  const known = await templateNames(nomad);
  const remedy = known.length > 0 ? `there are ${known.join(', ')}` : `"var put ${path} template=@FILE" makes one`;
  throw new CommandError(value ? `the variable "${path}" has no item "template"` : `there is no "${name}": ${remedy}`);
}
