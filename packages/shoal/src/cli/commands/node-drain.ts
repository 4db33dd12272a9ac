import { durationRemedy, parseDuration } from '../../duration.ts';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError, UsageError } from '../errors.ts';
import { chosenNode } from '../find/node.ts';
import type { FlagSpecs, FlagValues } from '../flags.ts';
import type { Io } from '../io.ts';
import { monitorDrain } from '../monitor/monitor-drain.ts';

const DRAIN_FLAGS = {
  enable: { kind: 'bool', help: 'Begin to empty the node' },
  disable: { kind: 'bool', help: 'Give the drain up; the node gets new allocations again' },
  deadline: { kind: 'text', value: 'DURATION', help: 'How long allocations may take to leave; default 1h' },
  force: { kind: 'bool', help: 'Stop all at once' },
  'no-deadline': { kind: 'bool', help: 'Let them take as long as they need' },
  'ignore-system': { kind: 'bool', help: 'Leave allocations of system jobs' },
  'keep-ineligible': { kind: 'bool', help: 'With -disable: it gets no new allocations still' },
  monitor: { kind: 'bool', help: 'Only follow a drain that goes on' },
  detach: { kind: 'bool', help: 'Return at once' },
  self: { kind: 'bool', help: 'The node of the agent that is asked' },
  yes: { kind: 'bool', help: 'Do not ask' },
  ...NOMAD_FLAGS,
} as const satisfies FlagSpecs;

type DrainFlags = FlagValues<typeof DRAIN_FLAGS>;

export const command = defineCommand({
  usage: '-enable|-disable|-monitor [flags] NODE',
  description: `Empties a node: it gets no new allocations, and those it has are moved to others as their groups' migrate blocks
say, until the deadline; then all that is left is stopped. Followed until everything has left; ending the command does
not end the drain. NODE may be the beginning of an id (then it is asked whether that is the one, unless -yes is given), or
a node's name.`,
  args: [0, 1],
  flags: DRAIN_FLAGS,
  examples: [
    'node drain -enable f1756f25',
    'node drain -enable -self -deadline 10m',
    'node drain -disable -yes f1756f25',
    'node drain -monitor f1756f25',
  ],
  async run({ flags, args, io, env }) {
    const deadlineNanos = checked(flags);
    const nomad = connectNomad(flags, env);
    const { id, exact } = await chosenNode(nomad, { self: flags.self, given: args[0] }, io);
    if (flags.monitor) {
      await monitorDrain(id, { nomad, io });
      return 0;
    }
    if (!exact && !flags.yes) await confirm(id, flags, io);
    if (flags.disable) {
      await nomad.nodes.endDrain(id, { markEligible: !flags['keep-ineligible'] });
      io.out(`Node "${id}" drain strategy unset\n`);
      return 0;
    }
    const { value: before } = await nomad.nodes.allocations(id);
    await nomad.nodes.drain(id, { deadlineNanos, ignoreSystemJobs: flags['ignore-system'] === true });
    io.out(`Node "${id}" drain strategy set\n`);
    if (!flags.detach) await monitorDrain(id, { nomad, io }, before);
    return 0;
  },
});

const HOUR = 3_600e9;
/** What the API takes for "at once". */
const AT_ONCE = -1e9;

/** The deadline in the API's terms. Throws UsageError for flags that contradict each other. */
function checked(flags: DrainFlags): number {
  if ([flags.enable, flags.disable, flags.monitor].filter(Boolean).length !== 1)
    throw new UsageError('give one of -enable, -disable and -monitor');
  const limits = (['deadline', 'force', 'no-deadline'] as const).filter((name) => flags[name]);
  if (limits.length > 1) throw new UsageError(`-${limits[0]} and -${limits[1]} contradict each other`);
  const [only] = [...limits, ...(flags['ignore-system'] ? ['ignore-system'] : [])];
  if (only !== undefined && !flags.enable) throw new UsageError(`-${only} goes with -enable`);
  if (flags['keep-ineligible'] && !flags.disable) throw new UsageError('-keep-ineligible goes with -disable');
  if (flags.force) return AT_ONCE;
  if (flags['no-deadline']) return 0;
  return flags.deadline === undefined ? HOUR : duration(flags.deadline);
}

function duration(text: string): number {
  const nanos = parseDuration(text);
  if (nanos === undefined) throw new UsageError(`flag -deadline: ${durationRemedy(text)}`);
  if (nanos <= 0) throw new UsageError('-deadline is more than nothing: -force stops all at once, -no-deadline never');
  return nanos;
}

async function confirm(id: string, { disable }: DrainFlags, io: Io): Promise<void> {
  const answer = await io.ask(
    `Are you sure you want to ${disable ? 'end the drain of' : 'drain'} node "${id}"? [y/N] `,
  );
  if (answer === undefined)
    throw new CommandError(`"${id}" is not just what was given: write the whole id, or -yes to go on`);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('Cancelled: the node is as it was');
}
