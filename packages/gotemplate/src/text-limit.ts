import { FunctionError } from './errors.ts';

/** No function makes a text of more characters, whatever a template's own limits are: it is refused before the memory is taken. */
export const MAX_TEXT = 64 * 1024 * 1024;

/** @throws FunctionError when a text of that length is not to be made */
export function checkLength(characters: number): void {
  if (characters > MAX_TEXT) throw new FunctionError(`the text that it makes is longer than ${MAX_TEXT} characters`);
}
