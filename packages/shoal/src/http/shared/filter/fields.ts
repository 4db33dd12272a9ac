/** What can be asked of the objects that endpoints filter. */
export type Fields = { readonly [name: string]: Field };
export type Field =
  | 'string'
  | 'int'
  | 'bool'
  | 'strings'
  | 'map'
  | { readonly list: Fields }
  /** A map whose values are objects: any key, then their fields. */
  | { readonly each: Fields }
  | { readonly object: Fields };
