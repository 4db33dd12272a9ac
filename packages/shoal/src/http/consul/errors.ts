/** A number or session in a key/value request that Consul's servers refuse. */
export class KvParamError extends Error {
  readonly code = 'kv-param';
  constructor(message: string) {
    super(message);
    this.name = 'KvParamError';
  }
}

/** ACLs are off: there are no tokens, policies and roles. */
export class AclDisabledError extends Error {
  readonly code = 'acl-disabled';
  constructor() {
    super('ACL support disabled');
    this.name = 'AclDisabledError';
  }
}

/** Segments of the network are a matter of Consul Enterprise. */
export class NoSegmentsError extends Error {
  readonly code = 'no-segments';
  constructor() {
    super('Network segments are not supported in this version of Consul');
    this.name = 'NoSegmentsError';
  }
}

/** An endpoint of Consul's that this version knows, but does not offer yet. */
export class NotOfferedError extends Error {
  readonly code = 'not-offered';
  constructor(what: string) {
    super(`${what} are not offered by this version.`);
    this.name = 'NotOfferedError';
  }
}

export class TxnTooLargeError extends Error {
  readonly code = 'txn-too-large';
  constructor(count: number, limit: number) {
    super(`Transaction contains too many operations (${count} > ${limit})`);
    this.name = 'TxnTooLargeError';
  }
}
