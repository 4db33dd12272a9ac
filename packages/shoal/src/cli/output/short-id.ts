/** As much of a UUID as is shown, and enough to name it on the command line. */
export function shortId(id: string, verbose = false): string {
  return verbose ? id : id.slice(0, 8);
}
