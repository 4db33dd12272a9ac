/** Any value of the API, as `-json` prints it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item), 4)}\n`;
}
