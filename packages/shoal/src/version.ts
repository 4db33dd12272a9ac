import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };

/** Shoal's own version. */
export const VERSION: string = manifest.version;

/** The versions of the peers' APIs that are spoken: clients and constraints (`${attr.nomad.version}`) look at them. */
export const NOMAD_API_VERSION = '1.6.1';
export const CONSUL_API_VERSION = '1.16.0';

/** When this file, or the program that it went into, was written: RFC 3339. */
export const builtAt = (): string => statSync(fileURLToPath(import.meta.url)).mtime.toISOString();
