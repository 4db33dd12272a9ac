import type { Node } from '@shoal/api';

/** One condition on a node. */
export type Check = {
  /** What `ConstraintFiltered` says when it does not hold. */
  readonly reason: string;
  /** Nodes of one computed class may differ in it. */
  readonly unique: boolean;
  readonly passes: (node: Node) => boolean;
};
