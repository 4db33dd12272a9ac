import { defineCommand } from '../command.ts';
import { jsonText } from '../output/json.ts';
import { keyValue } from '../output/key-value.ts';
import { table } from '../output/table.ts';
import { readSnapshotFile } from '../snapshot-file.ts';

export const command = defineCommand({
  usage: '[flags] FILE',
  description: 'Checks a snapshot and shows what is in it.',
  args: [1, 1],
  flags: { json: { kind: 'bool', help: 'Print JSON' } },
  examples: ['snapshot inspect backup.snap'],
  async run({ flags, args, io }) {
    const { header, origin, rows } = await readSnapshotFile(args[0] ?? '');
    const tables = new Map<string, { count: number; bytes: number }>();
    for (const { table: name, value } of rows) {
      const { count, bytes } = tables.get(name) ?? { count: 0, bytes: 0 };
      tables.set(name, { count: count + 1, bytes: bytes + JSON.stringify(value).length });
    }
    const all = [...tables].map(([name, size]) => ({ name, ...size })).sort((a, b) => b.bytes - a.bytes);
    if (flags.json) {
      io.out(jsonText({ ...header, origin, tables: all }));
      return 0;
    }
    const { version, index, datacenter, time } = header;
    io.out(
      keyValue(io.paint, [
        ['Written by', origin === 'shoal' ? `Shoal ${version}` : 'Consul'],
        ['Index', String(index)],
        ['Datacenter', datacenter || undefined],
        ['Saved', time || undefined],
      ]),
    );
    io.out('\n');
    io.out(
      table(
        io.paint,
        ['Table', 'Rows', 'Bytes'],
        all.map(({ name, count, bytes }) => [name, String(count), String(bytes)]),
      ),
    );
    return 0;
  },
});
