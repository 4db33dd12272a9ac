/** Objects of one kind as columns: what all have in common once, the rest as a list for each field. */
export type Packed<Row extends object> = {
  readonly count: number;
  readonly same: Partial<Row>;
  readonly each: { readonly [Field in keyof Row]?: readonly Row[Field][] };
};

/** Much less to copy between threads than the objects themselves, and what they share is shared on the other side, too. */
export function pack<Row extends object>(rows: readonly Row[]): Packed<Row> {
  const same: Partial<Row> = {};
  const each: { [Field in keyof Row]?: Row[Field][] } = {};
  const [first] = rows;
  const fields = new Set(rows.flatMap((row) => Object.keys(row) as (keyof Row)[]));
  for (const field of fields) {
    if (rows.every((row) => row[field] === first?.[field])) same[field] = first?.[field] as Row[keyof Row];
    else each[field] = rows.map((row) => row[field]);
  }
  return { count: rows.length, same, each };
}

export function unpack<Row extends object>({ count, same, each }: Packed<Row>): Row[] {
  const columns = Object.entries(each) as [keyof Row, Row[keyof Row][]][];
  return Array.from({ length: count }, (_, at) => {
    const row: Partial<Row> = { ...same };
    // A field that some have not.
    for (const [field, values] of columns) if (values[at] !== undefined) row[field] = values[at] as Row[keyof Row];
    return row as Row;
  });
}
