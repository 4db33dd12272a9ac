/** A pattern that cannot be read, in the words of Go's package `regexp`. */
export class RegexpError extends Error {
  override readonly name = 'RegexpError';
  readonly code = 'regexp';

  constructor(reason: string, part: string) {
    super(`error parsing regexp: ${reason}: \`${part}\``);
  }
}
