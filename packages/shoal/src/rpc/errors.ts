/** No server could be reached, or none answered in time. The caller tries again. */
export class ServersUnavailableError extends Error {
  readonly code = 'unavailable';
  constructor(server: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `No answer from server ${server}: ${reason}. It is tried again; check that the server runs and that its rpc port is reachable.`,
      { cause },
    );
    this.name = 'ServersUnavailableError';
  }
}

/** The server understood and said no. */
export class RequestRefusedError extends Error {
  readonly code = 'refused';
  readonly status: number;
  /** How long it may take until the answer is another one; without it, asking again is in vain. */
  readonly patienceMs: number | undefined;
  constructor(status: number, message: string, patienceMs?: number) {
    super(message);
    this.name = 'RequestRefusedError';
    this.status = status;
    this.patienceMs = patienceMs;
  }
}

/** A user asked for something of a node whose client has no serving connection now. */
export class NodeNotConnectedError extends Error {
  readonly code = 'node-not-connected';
  readonly nodeId: string;
  constructor(nodeId: string) {
    super(
      `No path to node ${nodeId}: its client is not connected to this server. It reconnects by itself when it is up; see "shoal node status ${nodeId.slice(0, 8)}".`,
    );
    this.name = 'NodeNotConnectedError';
    this.nodeId = nodeId;
  }
}

/** What was given as a join token is none. */
export class JoinTokenFormError extends Error {
  readonly code = 'join-token-form';
  constructor(reason: string) {
    super(
      `The join token cannot be used: ${reason}. Print one with "shoal server token" on a server, and copy the whole line.`,
    );
    this.name = 'JoinTokenFormError';
  }
}

/** The server shows another authority than the one that the token names: another cluster, or somebody in between. */
export class ForeignAuthorityError extends Error {
  readonly code = 'foreign-authority';
  constructor(server: string) {
    super(
      `The server at ${server} is not of the cluster that the join token is for, so it was told nothing. Check the address in retry_join, or take a token from that server.`,
    );
    this.name = 'ForeignAuthorityError';
  }
}

/** A server was reached, and its certificate is not valid by this machine's clock, for this region, or for this cluster. */
export class CertificateError extends Error {
  readonly code = 'certificate';
  /** The clock of one of the two is probably wrong, and may be right in a moment (a machine without one of its own, after its start). */
  readonly isOfClock: boolean;
  constructor(server: string, cause: Error & { code?: unknown }) {
    super(`The certificate of server ${server} was not accepted: ${certificateReason(cause)}`, { cause });
    this.name = 'CertificateError';
    this.isOfClock = cause.code === 'CERT_NOT_YET_VALID' || cause.code === 'CERT_HAS_EXPIRED';
  }
}

const REASONS: Readonly<Record<string, string>> = {
  CERT_NOT_YET_VALID:
    'it is not valid yet. The clock of this machine is probably behind: set it ("timedatectl" shows it).',
  CERT_HAS_EXPIRED:
    'it has expired. Either the clock of this machine is ahead ("timedatectl" shows it), or the server has been without a restart for too long.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another region or another role. Give this agent the region of its servers.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'another authority signed it: the server belongs to another cluster.',
  SELF_SIGNED_CERT_IN_CHAIN: 'another authority signed it: the server belongs to another cluster.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'another authority signed it: the server belongs to another cluster.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'another authority signed it: the server belongs to another cluster.',
  CERT_SIGNATURE_FAILURE: 'another authority signed it: the server belongs to another cluster.',
};

function certificateReason(cause: Error & { code?: unknown }): string {
  return REASONS[String(cause.code)] ?? cause.message;
}

/** Whether a handshake failed for what the server's certificate says, and not for the network. */
export function isCertificateFailure(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] !== undefined;
}

/** A join that no further attempt can mend. */
export class JoinRefusedError extends Error {
  readonly code = 'join-refused';
  constructor(server: string, reason: string) {
    super(`Server ${server} does not take this agent: ${reason}`);
    this.name = 'JoinRefusedError';
  }
}
