// Runs one part: node bench/support/part.mjs dns. Prints each row as a line of JSON.
const { bench } = await import(`../${process.argv[2]}.mjs`);
for await (const row of await bench()) process.stdout.write(`${JSON.stringify(row)}\n`);
// What a part leaves open must not keep it alive.
process.stdout.write('', () => process.exit(0));
