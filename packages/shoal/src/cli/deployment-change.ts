import type { Deployment, DeploymentWritten, NomadClient } from '@shoal/api';
import type { Env } from './command.ts';
import { connectNomad, NOMAD_FLAGS } from './connection/nomad.ts';
import { CommandError } from './errors.ts';
import { findById } from './find/by-id.ts';
import { deploymentKind } from './find/kinds.ts';
import type { FlagSpecs, FlagValues } from './flags.ts';
import type { Io } from './io.ts';
import { EVAL_EXIT_CODES, monitorEval } from './monitor/monitor-eval.ts';

/** What every command that changes a deployment takes. */
export const CHANGE_FLAGS = {
  detach: { kind: 'bool', help: 'Return at once, with the id of the evaluation' },
  verbose: { kind: 'bool', help: 'Show whole ids' },
  ...NOMAD_FLAGS,
} as const satisfies FlagSpecs;

type Given = {
  readonly flags: FlagValues<typeof CHANGE_FLAGS>;
  readonly args: readonly string[];
  readonly io: Io;
  readonly env: Env;
};

export type Change = (nomad: NomadClient, deployment: Deployment) => Promise<DeploymentWritten>;

/** Changes the deployment that was named. Answers with the exit code. */
export async function changeDeployment(
  { flags, args, io, env }: Given,
  change: Change,
  said: (written: DeploymentWritten) => string,
): Promise<number> {
  const nomad = connectNomad(flags, env);
  const deployment = await findById(deploymentKind(nomad), args[0] ?? '', io);
  const written = await change(nomad, deployment);
  io.out(`Deployment "${deployment.ID}" ${said(written)}\n`);
  return followChange(written, { flags, nomad, io });
}

/** Follows the evaluation that a change has caused, if it has. Answers with the exit code. */
export async function followChange(
  { EvalID }: DeploymentWritten,
  { flags, nomad, io }: { flags: Given['flags']; nomad: NomadClient; io: Io },
): Promise<number> {
  if (EvalID === '') return 0;
  if (!flags.detach)
    return EVAL_EXIT_CODES[(await monitorEval(EvalID, { nomad, io, verbose: flags.verbose === true })).kind];
  io.out(`Evaluation ID: ${EvalID}\n`);
  return 0;
}

export const GROUP_FLAG = {
  group: { kind: 'texts', value: 'GROUP', help: 'Only the canaries of this group; may be given several times' },
} as const satisfies FlagSpecs;

/** Promotes canaries of the groups, or of all when there are none. The API takes any name of a group, and then does nothing. */
export function promoteGroups(nomad: NomadClient, { ID, TaskGroups }: Deployment, groups: readonly string[]) {
  const unknown = groups.find((group) => !Object.hasOwn(TaskGroups, group));
  if (unknown !== undefined)
    throw new CommandError(
      `the deployment "${ID.slice(0, 8)}" has no group "${unknown}", but: ${Object.keys(TaskGroups).sort().join(', ')}`,
    );
  return nomad.deployments.promote(ID, groups.length > 0 ? groups : undefined);
}
