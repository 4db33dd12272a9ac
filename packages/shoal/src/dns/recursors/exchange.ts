import { randomInt } from 'node:crypto';

/** Asks one server one question; the answer has the question's id. Undefined: none in time. Never rejects. */
export type Ask = (message: Buffer, timeoutMs: number) => Promise<Buffer | undefined>;

/** An answer carries our id, the QR flag, and the question as it was asked: the rest is noise or somebody guessing. */
export function isAnswerTo(question: Buffer, answer: Buffer): boolean {
  if (answer.length < 12 || answer.readUInt16BE(0) !== question.readUInt16BE(0) || ((answer[2] ?? 0) & 0x80) === 0)
    return false;
  const end = questionEnd(question);
  return answer.length >= end && lower(answer.subarray(12, end)) === lower(question.subarray(12, end));
}

/** The question has been parsed before it came here: its labels are sound. */
export function questionEnd(message: Buffer): number {
  let at = 12;
  while (message[at]) at += (message[at] ?? 0) + 1;
  return at + 5;
}

export function randomId(): number {
  return randomInt(0x10000);
}

export function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(id, 0);
  return copy;
}

function lower(bytes: Buffer): string {
  return bytes.toString('latin1').toLowerCase();
}
