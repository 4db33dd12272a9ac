import type { Parameter, TemplateFunction } from '../../functions.ts';
import { raw } from '../../values.ts';

/** A function of so many texts, and nothing else. */
export function ofTexts(count: number, call: (...texts: [string, string, string]) => unknown): TemplateFunction {
  const params = Array<Parameter>(count).fill('string');
  return {
    min: count,
    max: count,
    params,
    call: (...given) => call(...(given.map((text) => String(raw(text))) as [string, string, string])),
  };
}
