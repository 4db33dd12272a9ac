/** The artifact cannot be fetched. `recoverable`: a later attempt may go better (a server that is down), or never will (a path that leaves the task's directory). */
export class ArtifactError extends Error {
  readonly code = 'artifact';
  readonly recoverable: boolean;
  constructor(message: string, options: { recoverable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'ArtifactError';
    this.recoverable = options.recoverable;
  }
}

/** A template of a task cannot be read, rendered or put in its place. `recoverable`: another attempt may go better (a disk that was full). */
export class TemplateFileError extends Error {
  readonly code = 'template_file';
  readonly recoverable: boolean;
  constructor(message: string, options: { recoverable?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'TemplateFileError';
    this.recoverable = options.recoverable ?? false;
  }
}

/** A template asks for what its task may not have: no waiting helps. */
export class TemplateDeniedError extends Error {
  readonly code = 'template_denied';
  constructor(message: string) {
    super(message);
    this.name = 'TemplateDeniedError';
  }
}

/** A service block names a port or an address that the allocation does not have. */
export class ServiceAddressError extends Error {
  readonly code = 'service_address';
  constructor(message: string) {
    super(message);
    this.name = 'ServiceAddressError';
  }
}

/** A task asks for a driver that this node does not run. */
export class UnknownDriverError extends Error {
  readonly code = 'unknown_driver';
  readonly driver: string;
  constructor(driver: string, known: readonly string[]) {
    super(`this node has no driver "${driver}"; it has: ${known.join(', ') || 'none'}`);
    this.name = 'UnknownDriverError';
    this.driver = driver;
  }
}

/** Asked for an allocation that this client does not hold. */
export class UnknownAllocationError extends Error {
  readonly code = 'unknown_allocation';
  readonly allocId: string;
  constructor(allocId: string) {
    super(`Unknown allocation "${allocId}"`);
    this.name = 'UnknownAllocationError';
    this.allocId = allocId;
  }
}

/** Asked for a task that the allocation does not have. */
export class UnknownTaskError extends Error {
  readonly code = 'unknown_task';
  readonly task: string;
  constructor(task: string) {
    super(`Could not find task runner for task: ${task}`);
    this.name = 'UnknownTaskError';
    this.task = task;
  }
}

/** A task has no action of that name. */
export class UnknownActionError extends Error {
  readonly code = 'unknown_action';
  constructor(action: string, task: string, known: readonly string[]) {
    super(`task "${task}" has no action "${action}"; it has: ${known.join(', ') || 'none'}`);
    this.name = 'UnknownActionError';
  }
}

/** A running task was needed (restart, signal), and this one is not running. */
export class TaskNotRunningError extends Error {
  readonly code = 'task_not_running';
  constructor() {
    super('Task not running');
    this.name = 'TaskNotRunningError';
  }
}

/** What a thrown value says; for messages that users read. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the client has to find again after a crash could not be written (disk full, file system gone). Nothing was kept; it may be tried again. */
export class StateWriteError extends Error {
  readonly code = 'state_write';
  constructor(path: string, cause: unknown) {
    super(
      `The client's state at ${path} could not be written: ${messageOf(cause)}. Free some space or check the disk.`,
      {
        cause,
      },
    );
    this.name = 'StateWriteError';
  }
}
