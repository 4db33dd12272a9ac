/** A word that nothing is called, with what there is: the program adds what was probably meant. `prefix` is what stands before either. */
export type Unknown = { readonly word: string; readonly known: readonly string[]; readonly prefix: string };

/** The command line itself is wrong. The program adds where to find help. */
export class UsageError extends Error {
  readonly code = 'usage';
  readonly unknown: Unknown | undefined;
  readonly exitCode: number;
  constructor(message: string, { unknown, exitCode = 1 }: { unknown?: Unknown; exitCode?: number } = {}) {
    super(message);
    this.name = 'UsageError';
    this.unknown = unknown;
    this.exitCode = exitCode;
  }
}

/** A command cannot do what it was asked to, for a reason that the user understands. `exitCode` is the program's. */
export class CommandError extends Error {
  readonly code = 'command';
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** Nobody answered at the API's address. */
export class UnreachableError extends Error {
  readonly code = 'unreachable';
  constructor(address: string, reason: string, cause: unknown) {
    super(`Cannot reach an agent at ${address}: ${reason}.`, { cause });
    this.name = 'UnreachableError';
  }
}

/** A command cannot do what it was asked to, and has said why itself. */
export class ToldError extends Error {
  readonly code = 'told';
  readonly exitCode: number;
  constructor(exitCode = 1) {
    super('what is wrong has been told');
    this.name = 'ToldError';
    this.exitCode = exitCode;
  }
}
