// npm run bench [part …]: measures, and prints the table that the README shows. What falls short says so.
import { cpus } from 'node:os';
import { ensureBuild, ensureDependencies } from '../scripts/prepare.mjs';

const PARTS = ['start', 'languages', 'tasks', 'discovery', 'edge'];

ensureDependencies();
ensureBuild();
const asked = process.argv.slice(2);
const unknown = asked.filter((part) => !PARTS.includes(part));
if (unknown.length > 0) {
  console.error(`There is no part "${unknown[0]}". Parts: ${PARTS.join(', ')}`);
  process.exit(1);
}
console.log(`${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version}\n`);
console.log('| what | Shoal | peer | ratio | target | |\n| --- | --- | --- | --- | --- | --- |');
for (const part of asked.length > 0 ? asked : PARTS) {
  const { bench } = await import(`./${part}.mjs`);
  for (const row of await bench())
    console.log(
      `| ${row.what} | ${row.ours} | ${row.peer} | ${row.ratio} | ${row.target} | ${row.met === undefined ? '' : row.met ? 'met' : 'short'} |`,
    );
}
