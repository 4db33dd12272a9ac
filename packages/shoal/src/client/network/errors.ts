/** An allocation's network could not be made, or not be removed. The message names the part that failed and says what helps. */
export class NetworkError extends Error {
  readonly code = 'network';
  /** Another attempt on this node may go better. */
  readonly recoverable: boolean;
  constructor(message: string, options: { recoverable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'NetworkError';
    this.recoverable = options.recoverable;
  }
}
