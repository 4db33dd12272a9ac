import type { JobInput } from '@shoal/api';
import { goldenJson } from '../support/golden.ts';

export type Step = { name?: string; path?: string; method?: string; body?: { Job?: JobInput; Diff?: boolean } };
export type Answer = { step: string; status?: number; json?: unknown; text?: string };

/** The steps of a recorded scenario, each with the answer the real program gave. */
export function recordedSteps(scenario: string): { step: Step; answer: Answer }[] {
  const { steps } = goldenJson('nomad', 'scenarios', `${scenario}.json`) as { steps: Step[] };
  const answers = (goldenJson('nomad', 'golden', `${scenario}.golden.json`) as { steps: Answer[] }).steps;
  return steps.map((step, index) => ({ step, answer: answers[index] as Answer }));
}

/** `{{run}}` in what was sent is `<run>` in what was recorded. */
export function sentJob(step: Step): JobInput {
  return JSON.parse(JSON.stringify(step.body?.Job ?? {}).replaceAll('{{run}}', '<run>')) as JobInput;
}
