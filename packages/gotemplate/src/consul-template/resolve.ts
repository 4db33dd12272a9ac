import type { ConsulTemplate } from './consul-template.ts';
import { type Dependency, nameOf } from './dependency.ts';
import { goValue } from './values.ts';

/** What one rendering came to. */
export type Resolved =
  | { readonly kind: 'rendered'; readonly text: string; readonly used: readonly Dependency[] }
  /** These have no data yet. */
  | { readonly kind: 'waiting'; readonly used: readonly Dependency[]; readonly missing: readonly Dependency[] }
  | { readonly kind: 'unavailable'; readonly dependency: Dependency; readonly error: unknown };

/** More rounds than this: each answer makes it ask for something new, for ever. */
const MAX_ROUNDS = 1_000;

/**
 * Renders once: evaluates with what is known, asks for what is missing, until nothing is.
 * `ask` hands over an answer in the form of `Answers`, and throws when there is none to be had.
 *
 * @throws TemplateError with phase `exec`
 */
export async function resolveTemplate(
  template: ConsulTemplate,
  ask: (dependency: Dependency) => Promise<unknown>,
): Promise<Resolved> {
  const known = new Map<string, unknown>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { text, used, missing } = template.evaluate((name) => known.get(name));
    if (missing.length === 0) return { kind: 'rendered', text, used };
    const open = missing.filter((dependency) => !known.has(nameOf(dependency)));
    if (open.length === 0) return { kind: 'waiting', used, missing };
    for (const dependency of open) {
      try {
        known.set(nameOf(dependency), goValue(dependency, await ask(dependency)));
      } catch (error) {
        return { kind: 'unavailable', dependency, error };
      }
    }
  }
  throw new Error('the template asks for something new with each answer, without end');
}
