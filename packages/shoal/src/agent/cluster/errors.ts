/** The agent is of no cluster yet, and was given nothing to join with. */
export class NoJoinTokenError extends Error {
  readonly code = 'no-join-token';
  constructor(servers: string) {
    super(
      `This agent is not a member of the cluster of ${servers} yet, and has no join token. Print one with "shoal server token" on a server, and give it with -join-token, join_token, join_token_file or SHOAL_JOIN_TOKEN; it is needed at the first start only.`,
    );
    this.name = 'NoJoinTokenError';
  }
}

/** The certificate of this agent is over. */
export class MembershipEndedError extends Error {
  readonly code = 'membership-ended';
  constructor(ended: string, path: string) {
    super(
      `The certificate of this agent (${path}) has ended on ${ended}: it has been away for long, or its clock is wrong. Check the clock ("timedatectl"); then join again with a new token ("shoal server token" on a server).`,
    );
    this.name = 'MembershipEndedError';
  }
}

/** The data folder belongs to another cluster than the token. */
export class OtherMembershipError extends Error {
  readonly code = 'other-membership';
  constructor(dir: string) {
    super(
      `The join token is for another cluster than the one that this agent is a member of (${dir}). Remove the token to stay, or give the agent another data_dir to join that cluster.`,
    );
    this.name = 'OtherMembershipError';
  }
}

/** The servers do not want this agent as it is: its name is taken, or it is of another region. */
export class AgentRefusedError extends Error {
  readonly code = 'agent-refused';
  constructor(reason: string) {
    super(reason);
    this.name = 'AgentRefusedError';
  }
}
