import type { Readable } from 'node:stream';
import type { Reading } from '../../state/waiters.ts';

/** What a handler answers. Exactly one kind of body, or none (then there is no Content-Type either). */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AnswerBody;
  /** What was read: until something of it changes, everybody who asks the same gets this answer. Absent: it may differ each time. */
  readonly holdsFor?: Reading;
};

export type AnswerBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text'; readonly text: string; readonly type: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly type: string }
  /** `live`: it may be long until the first byte, and the reader is told at once that there is an answer. */
  | { readonly kind: 'stream'; readonly stream: Readable; readonly type: string; readonly live?: boolean };

export const PLAIN = 'text/plain; charset=utf-8';

export function json(value: unknown, headers?: Readonly<Record<string, string>>, status = 200): Answer {
  return { status, ...(headers && { headers }), body: { kind: 'json', value } };
}

/** An error's text, or any other plain text. */
export function text(status: number, message: string, headers?: Readonly<Record<string, string>>): Answer {
  return { status, ...(headers && { headers }), body: { kind: 'text', text: message, type: PLAIN } };
}

export function empty(status = 200, headers?: Readonly<Record<string, string>>): Answer {
  return { status, ...(headers && { headers }) };
}
