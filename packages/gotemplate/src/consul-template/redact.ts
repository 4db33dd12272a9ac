import { TemplateError } from '../errors.ts';
import { element, entries, raw } from '../values.ts';
import { type Dependency, nameOf } from './dependency.ts';
import type { Known } from './evaluation.ts';

/** Shorter ones are no secrets, and would be found in every other word. */
const LEAST_LENGTH = 4;
const REDACTED = '[redacted]';

/**
 * The error without the values of Nomad's variables that the template had: it goes into events and logs, which many may read. Every line of a value is one
 * of its own, since parsers quote a line; so is a value as it stands between quotes.
 */
export function redacted(error: unknown, used: Iterable<Dependency>, known: Known): unknown {
  if (!(error instanceof TemplateError)) return error;
  const secrets = [...secretsOf(used, known)].sort((a, b) => b.length - a.length);
  const hide = (text: string) => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, REDACTED), text);
  const reason = hide(error.reason);
  const remedy = error.remedy === undefined ? undefined : hide(error.remedy);
  if (reason === error.reason && remedy === error.remedy) return error;
  // Its cause says it again: it is left out.
  const place = { name: error.template, line: error.line, column: error.column };
  return new TemplateError(error.phase, place, reason, { remedy });
}

function secretsOf(used: Iterable<Dependency>, known: Known): Set<string> {
  const secrets = new Set<string>();
  for (const dependency of used) {
    if (dependency.type !== 'nomad.var.block' && dependency.type !== 'nomad.var.get') continue;
    for (const [, item] of entries(known(nameOf(dependency)) ?? {})) {
      const value = String(raw(element(item, 'Value')));
      for (const part of [
        value,
        JSON.stringify(value).slice(1, -1),
        ...value.split(/\r?\n/).map((line) => line.trim()),
      ])
        if (part.length >= LEAST_LENGTH) secrets.add(part);
    }
  }
  return secrets;
}
