import { ServeError } from './errors.ts';
import type { ServeRequest } from './types.ts';

/** These bodies name a task or a signal. */
const LONGEST_BODY_BYTES = 64 * 1024;

/** The request's JSON object; an empty body is an empty object. Throws `ServeError` 400 or 413. */
export function readBody(req: ServeRequest): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let length = 0;
  const text = new Promise<string>((resolve, reject) => {
    // Not by iteration: leaving that early would end the connection before the answer. What is too much is read and dropped.
    req.on('data', (part: Buffer) => {
      length += part.length;
      if (length <= LONGEST_BODY_BYTES) parts.push(part);
      else reject(new ServeError(413, `the body is longer than ${LONGEST_BODY_BYTES} bytes`));
    });
    req.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    req.on('error', reject);
    req.on('aborted', () => reject(new ServeError(400, 'the request was given up')));
  });
  return text.then(parse);
}

function parse(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new ServeError(400, `Failed to decode body: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new ServeError(400, 'Failed to decode body: want a JSON object');
}

/** A text of the body; "" if it is not given. Throws `ServeError` 400 for another kind of value. */
export function textField(body: Record<string, unknown>, key: string): string {
  const value = body[key] ?? '';
  if (typeof value !== 'string') throw new ServeError(400, `Failed to decode body: ${key} must be a text`);
  return value;
}
