/** Where a template failed: while it was read (`parse`) or while it ran (`exec`). */
export type TemplatePhase = 'parse' | 'exec';

/** Place in a template: line from 1, column a byte offset in the line from 0, as Go counts them. */
export type TemplatePlace = { readonly name: string; readonly line: number; readonly column: number };

/**
 * A template that cannot be read or rendered. `code` is `template_parse` or `template_exec`.
 * The message reads `template NAME:LINE:COLUMN: reason; remedy`.
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly code: 'template_parse' | 'template_exec';
  readonly phase: TemplatePhase;
  /** Name of the template in which it failed: a `define`d one has its own. */
  readonly template: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong, without the place. */
  readonly reason: string;
  /** What to do about it, when the program knows. */
  readonly remedy: string | undefined;

  constructor(
    phase: TemplatePhase,
    place: TemplatePlace,
    reason: string,
    options: { remedy?: string | undefined; cause?: unknown } = {},
  ) {
    const where = `${place.name}:${place.line}:${place.column}`;
    super(`template ${where}: ${reason}${options.remedy === undefined ? '' : `; ${options.remedy}`}`, {
      cause: options.cause,
    });
    this.code = phase === 'parse' ? 'template_parse' : 'template_exec';
    this.phase = phase;
    this.template = place.name;
    this.line = place.line;
    this.column = place.column;
    this.reason = reason;
    this.remedy = options.remedy;
  }
}

/**
 * Thrown by a template function for input that it cannot work with. The evaluator adds the place and
 * the function's name, and the template ends with a {@link TemplateError}.
 */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  readonly code = 'template_function';
}
