/** Filter expressions as Consul documents them for `?filter=`. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | Match;

export type Match = {
  readonly kind: 'match';
  /** `Service.Tags` is ['Service', 'Tags']. */
  readonly selector: readonly string[];
  readonly operator: Operator;
  /** '' for `is empty`. */
  readonly value: string;
  readonly negated: boolean;
};

/** `in` also stands for `contains`, which is the same seen from the other side. */
export type Operator = 'equal' | 'in' | 'matches' | 'empty';

export class FilterError extends Error {
  readonly code = 'bad-filter';
  constructor(reason: string) {
    super(`Failed to create boolean expression evaluator: ${reason}`);
    this.name = 'FilterError';
  }
}
