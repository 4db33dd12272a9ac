/** A regular expression as a tree (RE2's syntax, https://github.com/google/re2/wiki/Syntax). */
export type Node =
  | { readonly type: 'empty' }
  | { readonly type: 'char'; readonly matches: CharTest }
  | { readonly type: 'assert'; readonly what: Assertion }
  | { readonly type: 'group'; readonly index: number; readonly node: Node }
  | { readonly type: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly type: 'choice'; readonly nodes: readonly Node[] }
  | {
      readonly type: 'repeat';
      readonly node: Node;
      readonly min: number;
      /** Infinity: as often as it goes. */
      readonly max: number;
      readonly greedy: boolean;
    };

/** Whether a code point is one of those that are meant. */
export type CharTest = (code: number) => boolean;

export type Assertion = 'line-start' | 'line-end' | 'text-start' | 'text-end' | 'word-edge' | 'no-word-edge';

export type Pattern = {
  readonly node: Node;
  /** Of each group from 1 on; undefined for those without. */
  readonly names: readonly (string | undefined)[];
};
