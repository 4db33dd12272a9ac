import type { Parameter, TemplateFunction } from '../../functions.ts';
import { raw } from '../../values.ts';

/** A function of so many texts, and nothing else. */
export function ofTexts(count: number, call: (...texts: [string, string, string]) => unknown): TemplateFunction {
  const params = Array<Parameter>(count).fill('string');
  return {
    min: count,
    max: count,
    params,
    call: (first, second, third) => call(String(raw(first)), String(raw(second)), String(raw(third))),
  };
}
