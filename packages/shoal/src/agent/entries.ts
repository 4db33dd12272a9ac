import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the bundled command, beside the chunk that this ended in, or in the package's dist when run from source. */
const PLACES = ['./', '../', '../../dist/'];

/** The path of a part that runs on its own: `supervisor` is a process, `scheduler-worker` a thread. */
export function entryPath(name: 'supervisor' | 'scheduler-worker'): string {
  const paths = PLACES.map((place) => fileURLToPath(new URL(`${place}${name}.js`, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (!found)
    throw new Error(
      `${name}.js is missing from the installation (looked at ${paths.join(', ')}); install again, or run "npm run build"`,
    );
  return found;
}
