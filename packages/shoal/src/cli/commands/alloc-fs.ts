import type { FileInfo } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findAllocation } from '../find/task.ts';
import type { Io } from '../io.ts';
import { timeOfText } from '../output/ago.ts';
import { bytes } from '../output/bytes.ts';
import { jsonText } from '../output/json.ts';
import { table } from '../output/table.ts';
import { dataOf, TAIL_FLAGS, tailBytes, tailOf } from '../tail.ts';

export const command = defineCommand({
  usage: '[flags] ALLOCATION [PATH]',
  description: `Lists a folder of an allocation, or prints a file of it. Paths count from the allocation's folder.`,
  args: [1, 2],
  flags: {
    stat: { kind: 'bool', help: 'What the file is, instead of its content' },
    H: { kind: 'bool', help: 'Sizes in units, as is done anyway', hidden: true },
    ...TAIL_FLAGS,
    job: { kind: 'bool', help: 'The argument is a job' },
    json: { kind: 'bool', help: 'Print JSON' },
    verbose: { kind: 'bool', help: 'Taken as Nomad takes it', hidden: true },
    ...NOMAD_FLAGS,
  },
  examples: ['alloc fs 85d9bbbf', 'alloc fs 85d9bbbf alloc/logs/', 'alloc fs 85d9bbbf server/local/app.conf'],
  async run({ flags, args, io, env }) {
    const [given = '', path = '/'] = args;
    const nomad = connectNomad(flags, env);
    const { ID } = await findAllocation(nomad, given, io, flags.job);
    const info = await nomad.files.stat(ID, path);
    if (info.IsDir && !flags.stat) {
      const files = await nomad.files.list(ID, path);
      io.out(flags.json ? jsonText(files) : fileTable(files, io));
      return 0;
    }
    if (flags.stat) {
      io.out(flags.json ? jsonText(info) : fileTable([info], io));
      return 0;
    }
    const tail = tailOf(flags);
    if (!tail && !flags.f) {
      await io.pour(await nomad.files.cat(ID, path));
      return 0;
    }
    const read = (offset: number, follow: boolean) => nomad.files.stream(ID, path, { origin: 'end', offset, follow });
    const offset = tail ? await tailBytes(tail, (size) => read(size, false)) : info.Size;
    await io.pour(dataOf(await read(offset, flags.f === true)));
    return 0;
  },
});

function fileTable(files: readonly FileInfo[], io: Io): string {
  const rows = files.map((file) => [
    file.FileMode,
    bytes(file.Size),
    timeOfText(file.ModTime),
    file.IsDir ? `${io.paint.blue(file.Name)}/` : file.Name,
  ]);
  return table(io.paint, ['Mode', 'Size', 'Modified Time', 'Name'], rows);
}
