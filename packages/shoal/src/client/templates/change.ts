import type { ChangeScript, Template } from '@shoal/api';

/** What is to be done after a batch of templates was rendered anew. A restart makes everything else needless. */
export type Reaction =
  | { kind: 'nothing' }
  | { kind: 'restart' }
  | { kind: 'act'; signals: readonly string[]; scripts: readonly ChangeScript[] };

/** One reaction for all templates that have changed (https://developer.hashicorp.com/nomad/docs/job-specification/template#change_mode). */
export function reactionTo(changed: readonly Template[]): Reaction {
  if (changed.some(({ ChangeMode }) => ChangeMode === 'restart')) return { kind: 'restart' };
  const signals = changed.filter(({ ChangeMode }) => ChangeMode === 'signal').map(({ ChangeSignal }) => ChangeSignal);
  const scripts = changed.flatMap(({ ChangeMode, ChangeScript: script }) =>
    ChangeMode === 'script' && script ? [script] : [],
  );
  if (signals.length + scripts.length === 0) return { kind: 'nothing' };
  return { kind: 'act', signals: [...new Set(signals)], scripts };
}

/** How long to hold the reaction back: a random part of the longest splay, so that not all instances act at once. */
export function splayMs(changed: readonly Template[], random: number): number {
  return (Math.max(0, ...changed.map(({ Splay }) => Splay)) / 1e6) * random;
}
