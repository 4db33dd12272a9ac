import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const sources = fileURLToPath(new URL('../../src/client/', import.meta.url));

/**
 * The bundled `supervisor.js`, built at most once for each state of its sources, whichever test asks first. Returns its path.
 */
export async function buildSupervisor(): Promise<string> {
  const entry = join(sources, 'supervisor/main.ts');
  const state = ['supervisor', 'drivers'].flatMap((folder) => stamps(join(sources, folder)));
  const key = createHash('sha256').update(state.join('\n')).digest('hex').slice(0, 16);
  const outfile = join(tmpdir(), `shoal-test-build-${process.getuid?.() ?? 0}`, key, 'supervisor.js');
  if (statSync(outfile, { throwIfNoEntry: false })) return outfile;
  mkdirSync(dirname(outfile), { recursive: true });
  const mine = `${outfile}.${process.pid}.js`;
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    outfile: mine,
    logLevel: 'warning',
  });
  // Test files run side by side: none may see half a file.
  renameSync(mine, outfile);
  return outfile;
}

function stamps(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => `${file.name} ${statSync(join(folder, file.name)).mtimeMs}`);
}
