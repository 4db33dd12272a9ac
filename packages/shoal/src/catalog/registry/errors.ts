/** A registration that makes no sense as it stands. */
export class RegistrationInvalidError extends Error {
  readonly code = 'registration-invalid';
  constructor(message: string) {
    super(message);
    this.name = 'RegistrationInvalidError';
  }
}

/** A registration that this agent does not take: a service that is not here, a kind of check that it does not run. */
export class RegistrationRefusedError extends Error {
  readonly code = 'registration-refused';
  constructor(message: string) {
    super(message);
    this.name = 'RegistrationRefusedError';
  }
}

export class UnknownServiceError extends Error {
  readonly code = 'unknown-service';
  constructor(message: string) {
    super(message);
    this.name = 'UnknownServiceError';
  }
}

/** `check/pass` and its kin for a check that has no TTL, or is not there. */
export class UnknownTtlCheckError extends Error {
  readonly code = 'unknown-ttl-check';
  constructor(id: string) {
    super(`CheckID ${JSON.stringify(id)} does not have associated TTL`);
    this.name = 'UnknownTtlCheckError';
  }
}
