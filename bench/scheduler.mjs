// Bundles scheduler.ts and runs it: node bench/scheduler.mjs [part of a case's name]   (SECONDS=3: at most, per case)
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-'));
try {
  const outfile = join(dir, 'scheduler.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('scheduler.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['source'],
  });
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
