// The languages: job files, the formatter, templates. How long once warm, and what ten times as much takes.
import { importBundled } from './support/bundle.mjs';

export async function bench() {
  const { measure } = await importBundled('languages.ts');
  return measure();
}
