import { messageOf } from '../../errors.ts';
import { DriverError } from '../driver.ts';

/** The engine answered, but not with what was asked for. `status` is HTTP's. */
export class EngineError extends Error {
  readonly code = 'engine_refused';
  readonly status: number;
  /** In the engine's words. */
  readonly reason: string;
  constructor(status: number, reason: string) {
    super(`API error (${status}): ${reason}`);
    this.name = 'EngineError';
    this.status = status;
    this.reason = reason;
  }
}

/** The engine cannot be reached, or broke off. It may come back. */
export class EngineAwayError extends Error {
  readonly code = 'engine_away';
  constructor(endpoint: string, cause: Error) {
    super(`the Docker engine at ${endpoint} does not answer: ${cause.message}`, { cause });
    this.name = 'EngineAwayError';
  }
}

export function isStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof EngineError && statuses.includes(error.status);
}

/**
 * What the engine, the system or a check of ours says, as the driver's error. Tried again is what may go better another time: not what the engine
 * does not have, nor what is not allowed here.
 */
export function refusal(what: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof DriverError) throw error;
    const mayPass = error instanceof EngineAwayError || (error instanceof Error && 'syscall' in error);
    const recoverable = error instanceof EngineError ? error.status !== 404 : mayPass;
    throw new DriverError(`${what}: ${messageOf(error)}`, { recoverable, cause: error });
  };
}
