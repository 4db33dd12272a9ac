import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Recordings of the real programs: beside the repository, or where SHOAL_GOLDEN says. */
export function goldenFolder(...path: string[]): string {
  const beside = fileURLToPath(new URL('../../../../../shared/golden/', import.meta.url));
  const root = process.env['SHOAL_GOLDEN'] ? resolve(process.env['SHOAL_GOLDEN']) : beside;
  const folder = join(root, ...path);
  if (!existsSync(folder)) {
    throw new Error(
      `No recordings in ${folder}: set SHOAL_GOLDEN to the folder that holds them (it has jobspec/, nomad/, consul/)`,
    );
  }
  return folder;
}

export function goldenText(...path: string[]): string {
  return readFileSync(goldenFolder(...path), 'utf8');
}

export function goldenJson(...path: string[]): unknown {
  return JSON.parse(goldenText(...path));
}

/** The names of the cases in a folder: its files that end in `suffix`, without it, in order. */
export function goldenNames(suffix: string, ...path: string[]): string[] {
  const files = readdirSync(goldenFolder(...path)).filter((file) => file.endsWith(suffix));
  return files.map((file) => file.slice(0, -suffix.length)).sort();
}
