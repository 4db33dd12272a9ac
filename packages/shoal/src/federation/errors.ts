/** No address of a datacenter answers, or what answers there is no Consul API. */
export class DatacenterUnreachableError extends Error {
  readonly code = 'datacenter-unreachable';
  constructor(datacenter: string, reasons: readonly string[], cause?: unknown) {
    super(`Datacenter "${datacenter}" cannot be reached: ${reasons.join('; ')}`, { cause });
    this.name = 'DatacenterUnreachableError';
  }
}

/** A file that the block of a datacenter names. */
export class DatacenterFileError extends Error {
  readonly code = 'datacenter-file';
  constructor(datacenter: string, file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `remote_datacenter "${datacenter}": ${file} cannot be read: ${reason}. Name a PEM file that the agent may read.`,
      { cause },
    );
    this.name = 'DatacenterFileError';
  }
}
