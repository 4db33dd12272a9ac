/** An entry of the central configuration that cannot be kept as it is. */
export class ConfigEntryError extends Error {
  readonly code = 'config-entry';
  constructor(message: string) {
    super(message);
    this.name = 'ConfigEntryError';
  }
}
