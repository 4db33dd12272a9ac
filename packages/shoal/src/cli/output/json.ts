import { randomUUID } from 'node:crypto';

/** Any value of the API, as `-json` prints it. Numbers of 64 bits keep all their digits. */
export function jsonText(value: unknown): string {
  const mark = randomUUID();
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${mark}${item}` : item), 4);
  return `${text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1')}\n`;
}
