/** The job's author has to change something. `findings` are sentences, without line breaks of their own. */
export class JobInvalidError extends Error {
  readonly code = 'job-invalid';
  readonly findings: readonly string[];
  constructor(findings: readonly string[], message: string) {
    super(message);
    this.name = 'JobInvalidError';
    this.findings = findings;
  }
}

/** `EnforceIndex` of a registration did not hold. */
export class EnforceIndexError extends Error {
  readonly code = 'enforce-index';
  constructor(index: number, reason: string) {
    super(`Enforcing job modify index ${index}: ${reason}`);
    this.name = 'EnforceIndexError';
  }
}

export class UnknownObjectError extends Error {
  readonly code = 'unknown-object';
  constructor(message: string) {
    super(message);
    this.name = 'UnknownObjectError';
  }
}

/** The request makes no sense for the object it names. */
export class InvalidRequestError extends Error {
  readonly code = 'invalid-request';
  constructor(message: string) {
    super(message);
    this.name = 'InvalidRequestError';
  }
}

/** The same rows were changed by others again and again. */
export class ContentionError extends Error {
  readonly code = 'contention';
  constructor(what: string) {
    super(`${what} was changed by others at the same time, several times over. Nothing was changed; try again.`);
    this.name = 'ContentionError';
  }
}

/** Several things are wrong with a request; worded as the peers list errors. */
export class MultipleErrorsError extends Error {
  readonly code = 'invalid-request';
  constructor(errors: readonly string[], prefix = '') {
    const head = errors.length === 1 ? '1 error occurred:' : `${errors.length} errors occurred:`;
    super(`${prefix}${head}\n${errors.map((error) => `\t* ${error}\n`).join('')}\n`);
    this.name = 'MultipleErrorsError';
  }
}

/** A group cannot be scaled so. */
export class ScalingRefusedError extends Error {
  readonly code = 'bad-request';
  constructor(message: string) {
    super(message);
    this.name = 'ScalingRefusedError';
  }
}

export class UnknownJobError extends Error {
  readonly code = 'not-found';
  constructor(id: string) {
    super(`job "${id}" not found`);
    this.name = 'UnknownJobError';
  }
}

/** What a variable may not be. */
export class VariableInvalidError extends Error {
  readonly code = 'bad-request';
  constructor(message: string) {
    super(message);
    this.name = 'VariableInvalidError';
  }
}

/** Something is encrypted with a key that this server does not have. */
export class KeyMissingError extends Error {
  readonly code = 'key-missing';
  constructor(id: string, path: string, why = 'it is not there') {
    super(`The key ${id} of the keyring ${path} is of no use: ${why}. Bring the file back from a backup.`);
    this.name = 'KeyMissingError';
  }
}

/** The file with the keys cannot be read. */
export class KeyringFileError extends Error {
  readonly code = 'keyring-file';
  constructor(path: string, reason: string) {
    super(
      `The keyring ${path} cannot be read: ${reason}. Bring it back from a backup; without it variables stay unreadable.`,
    );
    this.name = 'KeyringFileError';
  }
}
