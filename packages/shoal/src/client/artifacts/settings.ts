const GB = 1_000_000_000;
const MINUTE = 60_000;
const SECOND = 1_000;

/** Bounds of what fetching an artifact may cost the node (client option `artifact`, https://developer.hashicorp.com/nomad/docs/configuration/client). */
export type ArtifactSettings = {
  /** The whole download, milliseconds. */
  readTimeoutMs: number;
  /** All of a repository, milliseconds. */
  gitTimeoutMs: number;
  /** The longest wait for the next byte, milliseconds. */
  stallTimeoutMs: number;
  /** The largest download, bytes. */
  maxBytes: number;
  /** The largest sum of what an archive unpacks to, bytes. */
  maxUnpackedBytes: number;
  /** The most entries of an archive. */
  maxFiles: number;
  /** How many times its size an archive may unpack to, once it is beyond `ratioFromBytes`. */
  maxRatio: number;
  ratioFromBytes: number;
};

export const artifactDefaults: ArtifactSettings = {
  readTimeoutMs: 30 * MINUTE,
  gitTimeoutMs: 30 * MINUTE,
  stallTimeoutMs: 60 * SECOND,
  maxBytes: 100 * GB,
  maxUnpackedBytes: 100 * GB,
  maxFiles: 4096,
  maxRatio: 200,
  ratioFromBytes: GB / 4,
};
