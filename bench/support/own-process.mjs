// Runs a measurement that is written in TypeScript and uses the product's own modules: bundled, in a process of its own.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const bench = fileURLToPath(new URL('../', import.meta.url));

/** Bundles `bench/<name>` beside the installed packages, for lmdb is native and stays outside. `remove` takes it away again. */
export async function bundle(name) {
  const modules = join(bench, '../node_modules/.cache');
  mkdirSync(modules, { recursive: true });
  const dir = mkdtempSync(join(modules, 'shoal-bench-'));
  const outfile = join(dir, name.replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [join(bench, name)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['source'],
    external: ['lmdb'],
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
  });
  return { file: outfile, remove: () => rmSync(dirname(outfile), { recursive: true, force: true }) };
}

/**
 * Runs a bundled file until it ends by itself; ends it after `timeoutMs`. It answers by one message to its parent, and what it prints goes to
 * standard error. `flags`: Node's. `watch` is given the process while it runs.
 */
export function run(file, { args = [], flags = [], timeoutMs, watch = () => undefined }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, file, ...args], { stdio: ['ignore', 2, 2, 'ipc'] });
    let answer;
    const unwatch = watch(child);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('message', (message) => {
      answer = message;
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      unwatch?.();
      if (answer !== undefined) resolve(answer);
      else reject(new Error(`${file} ended with ${signal ?? `exit code ${code}`} and no answer`));
    });
  });
}
