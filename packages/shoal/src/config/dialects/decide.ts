import { basename, dirname } from 'node:path';
import type { DocumentObject } from '../document.ts';
import type { Fields } from '../fields.ts';
import { type Reading, readDocumentAs } from '../read-document.ts';
import { consulFields } from './consul.ts';
import { type Dialect, FORMS } from './dialect.ts';
import { nomadFields } from './nomad.ts';
import { shoalFields } from './shoal.ts';

/** Each dialect's keys. Shoal's form holds all of Nomad's, so Nomad comes first where both fit. */
export const DIALECTS: readonly { readonly name: Dialect; readonly fields: Fields }[] = [
  { name: 'nomad', fields: nomadFields },
  { name: 'consul', fields: consulFields },
  { name: 'shoal', fields: shoalFields },
];

export type DecidedReading = Reading & { readonly dialect: Dialect };

/**
 * Reads a file in the dialect that understands most of it, decided by this file alone. Where several understand it
 * equally well, its name or folder tells (`consul.hcl`, `/etc/nomad.d/`); a file that fits all three is Shoal's.
 */
export function readInDialect(root: DocumentObject, filename: string): DecidedReading {
  const readings = DIALECTS.map(({ name, fields }) => ({
    ...readDocumentAs(root, { dialect: name, form: FORMS[name], fields, foreign: (key) => foreignKey(key, name) }),
    dialect: name,
  }));
  const least = Math.min(...readings.map(({ misfits }) => misfits));
  const fitting = readings.filter(({ misfits }) => misfits === least);
  const hint = hintOf(filename);
  const chosen =
    fitting.find(({ dialect }) => dialect === hint) ??
    (fitting.length === DIALECTS.length ? fitting.at(-1) : fitting[0]);
  if (chosen === undefined) throw new Error('there is no dialect');
  return chosen;
}

function hintOf(filename: string): Dialect | undefined {
  for (const part of [basename(filename), basename(dirname(filename))]) {
    const found = DIALECTS.find(({ name }) => part.toLowerCase().includes(name));
    if (found !== undefined) return found.name;
  }
  return undefined;
}

function foreignKey(key: string, dialect: Dialect): string | undefined {
  const other = DIALECTS.find(({ name, fields }) => name !== dialect && Object.hasOwn(fields, key));
  return other && `"${key}" belongs to ${FORMS[other.name]}: put it in a file of its own`;
}
