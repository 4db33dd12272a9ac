import { type Call, type Command, defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { matching } from '../find/by-id.ts';
import { allocationKind, deploymentKind, evaluationKind, nodeKind } from '../find/kinds.ts';
import { table } from '../output/table.ts';

const FLAGS = {
  json: { kind: 'bool', help: 'Print JSON' },
  verbose: { kind: 'bool', help: 'Show whole ids, and times instead of spans' },
  ...NOMAD_FLAGS,
} as const;

export const command = defineCommand({
  usage: '[flags] [ID]',
  description: `Shows whatever the beginning of an id names: a job, an allocation, a node, an evaluation or a deployment. Without
an id it lists the jobs.`,
  args: [0, 1],
  flags: FLAGS,
  examples: ['status', 'status web', 'status 85d9bbbf'],
  async run(call) {
    const [given] = call.args;
    if (given === undefined) return show('job', call);
    const found = await search(given, call);
    const exact = found.filter(({ id }) => id === given);
    const [only, second] = exact.length > 0 ? exact : found;
    if (!only) throw new CommandError(`No matches found for id "${given}"`);
    if (!second) return show(only.kind, { ...call, args: [only.id] });
    const list = table(
      call.io.paintErr,
      ['Kind', 'ID'],
      found.map(({ kind, id }) => [kind, id]),
    );
    throw new CommandError(`"${given}" is the beginning of more than one thing:\n\n${list}`.trimEnd());
  },
});

type Kind = 'job' | 'allocation' | 'node' | 'evaluation' | 'deployment';

async function search(given: string, { flags, env }: Call<typeof FLAGS>): Promise<{ kind: Kind; id: string }[]> {
  const nomad = connectNomad(flags, env);
  const ids = (kind: Kind, found: readonly { ID: string }[]) => found.map(({ ID }) => ({ kind, id: ID }));
  const all = await Promise.all([
    nomad.jobs.list({ prefix: given }).then(({ value }) => ids('job', value)),
    matching(allocationKind(nomad), given).then((found) => ids('allocation', found)),
    matching(nodeKind(nomad), given).then((found) => ids('node', found)),
    matching(evaluationKind(nomad), given).then((found) => ids('evaluation', found)),
    matching(deploymentKind(nomad), given).then((found) => ids('deployment', found)),
  ]);
  return all.flat();
}

/** Each is shown by its own command, which has all these flags. */
const SHOWN_BY: Readonly<Record<Kind, () => Promise<{ command: Command }>>> = {
  job: () => import('./job-status.ts'),
  allocation: () => import('./alloc-status.ts'),
  node: () => import('./node-status.ts'),
  evaluation: () => import('./eval-status.ts'),
  deployment: () => import('./deployment-status.ts'),
};

async function show(kind: Kind, call: Call<typeof FLAGS>): Promise<number> {
  const { command: own } = await SHOWN_BY[kind]();
  return own.run(call);
}
