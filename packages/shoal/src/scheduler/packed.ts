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
  // A field that only some have.
  const [optional, always] = [true, false].map((wanted) =>
    columns.filter(([, values]) => values.includes(undefined as never) === wanted),
  ) as [typeof columns, typeof columns];
  // Fields that are added one by one, by names that are not in the source, would make a hash table of each object: they are copies of a whole one.
  const whole = { ...same, ...Object.fromEntries(always.map(([field, values]) => [field, values[0]])) } as Row;
  return Array.from({ length: count }, (_, at) => {
    const row = { ...whole };
    for (const [field, values] of always) row[field] = values[at] as Row[keyof Row];
    for (const [field, values] of optional) if (values[at] !== undefined) row[field] = values[at] as Row[keyof Row];
    return row;
  });
}
