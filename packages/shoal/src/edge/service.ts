/** A service of the catalog as the edge sees it. */
export type EdgeService = { readonly name: string; readonly instances: readonly EdgeInstance[] };

export type EdgeInstance = {
  /** Unique in the catalog: node and service id. */
  readonly id: string;
  /** IP address or host name to connect to. */
  readonly address: string;
  readonly port: number;
  readonly tags: readonly string[];
  /** Share of the requests among its like. At least 1. */
  readonly weight: number;
  /** Whether all its checks pass. Only then does it get requests; its routes exist all the same. */
  readonly passing: boolean;
};
