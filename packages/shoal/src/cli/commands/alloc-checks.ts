import type { NomadCheck } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findById } from '../find/by-id.ts';
import { allocationKind } from '../find/kinds.ts';
import type { Io } from '../io.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { keyValue } from '../output/key-value.ts';
import { checkStatus, inOrder, taskOfCheck } from '../show/nomad-checks.ts';
import { timeText } from '../variables/show.ts';

export const command = defineCommand({
  usage: '[flags] ALLOCATION',
  description: `Shows how the checks of an allocation do whose services have provider = "nomad". ALLOCATION may be the beginning of an id. How the
others do, "shoal service info" shows.`,
  args: [1, 1],
  flags: {
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Taken as Nomad takes it: everything is shown', hidden: true },
    ...NOMAD_FLAGS,
  },
  examples: ['alloc checks e0fdbd85', "alloc checks -t '{{ range . }}{{ .Check }}: {{ .Status }} {{ end }}' e0fdbd85"],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { ID } = await findById(allocationKind(nomad), args[0] ?? '', io);
    const checks = await nomad.allocations.checks(ID);
    const data = await asData(checks, flags);
    if (data !== undefined) {
      io.out(data);
      return 0;
    }
    const all = inOrder(checks);
    io.out(`Status of ${all.length} Nomad Service Checks\n`);
    for (const check of all) io.out(`\n${keyValue(io.paint, about(check, io))}`);
    return 0;
  },
});

function about(check: NomadCheck, io: Io): [string, string | undefined][] {
  return [
    ['ID', check.ID],
    ['Name', check.Check],
    ['Group', check.Group],
    ['Task', taskOfCheck(check)],
    ['Service', check.Service],
    ['Status', checkStatus(check, io)],
    ['StatusCode', check.StatusCode === 0 ? undefined : String(check.StatusCode)],
    ['Mode', check.Mode],
    ['Timestamp', check.Timestamp === 0 ? undefined : timeText(check.Timestamp * 1e9)],
    ['Output', check.Output.trim().replaceAll('\n', '\n  ') || '<none>'],
  ];
}
