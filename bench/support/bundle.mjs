// Measurements in TypeScript: bundled from the sources, so that they measure this checkout without a build.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Imports a file of `bench/`, written in TypeScript. */
export async function importBundled(name) {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-'));
  try {
    const outfile = join(dir, 'bundle.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL(`../${name}`, import.meta.url))],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      conditions: ['source'],
      // Packages in CommonJS ask for Node's own modules.
      banner: {
        js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(import.meta.url)});`,
      },
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
