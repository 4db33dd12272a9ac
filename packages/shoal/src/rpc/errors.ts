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
  constructor(status: number, message: string) {
    super(message);
    this.name = 'RequestRefusedError';
    this.status = status;
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
