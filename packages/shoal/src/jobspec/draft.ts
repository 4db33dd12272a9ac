/**
 * A job in which every scalar may still be unset: what parsing answers and what canonicalizing completes.
 * It has the whole structure: each field of a block that is there is present, `null` where nobody set it.
 */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { [Key in keyof T]: Draft<T[Key]> | null }
    : T;
