import { RCODES, type Rcode, type ResourceRecord, TYPE_NUMBERS } from './records.ts';

/** A message as it goes out. */
export type Message = {
  readonly id: number;
  readonly rcode: Rcode;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly question: { readonly bytes: Buffer; readonly name: string } | undefined;
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  /** Present when the client sent an OPT record: the size that is said back. */
  readonly ednsUdpSize: number | undefined;
  /** The client's network, to be said back. */
  readonly subnet?: Buffer;
  /** False: every name is written out. */
  readonly isCompressed?: boolean;
};

/** Largest message over TCP (RFC 1035 section 4.2.2: two bytes of length). */
export const MOST_MESSAGE_BYTES = 0xffff;

const HEADER_BYTES = 12;
const CLIENT_SUBNET = 8;
const MOST_POINTER = 0x3fff;
const MOST_TEXT_BYTES = 255;
/** Messages that do not fit are found out by writing past this; one record is never longer than the rest of it. */
const scratch = Buffer.allocUnsafe(2 * MOST_MESSAGE_BYTES + HEADER_BYTES);

type Writer = { at: number; readonly names: Map<string, number>; readonly isCompressed: boolean };

/**
 * Writes a message with compressed names (RFC 1035 section 4.1.4). Names are shared only where their case is the same, so that every name comes
 * back as it was asked. Targets of SRV records are written out (RFC 2782). Undefined when the message is longer than `limit` bytes.
 */
export function encodeMessage(message: Message, limit: number): Buffer | undefined {
  const writer: Writer = { at: HEADER_BYTES, names: new Map(), isCompressed: message.isCompressed ?? true };
  writeHeader(message);
  if (message.question) writeQuestion(message.question, writer);
  for (const section of [message.answers, message.authority, message.additional]) {
    for (const record of section) {
      writeRecord(record, writer);
      if (writer.at > limit) return undefined;
    }
  }
  if (message.ednsUdpSize !== undefined) writeEdns(message.ednsUdpSize, message.rcode, message.subnet, writer);
  return writer.at > limit ? undefined : Buffer.from(scratch.subarray(0, writer.at));
}

function writeHeader(message: Message): void {
  const edns = message.ednsUdpSize === undefined ? 0 : 1;
  const flags =
    0x8000 |
    ((message.opcode & 0xf) << 11) |
    (message.authoritative ? 0x0400 : 0) |
    (message.truncated ? 0x0200 : 0) |
    (message.recursionDesired ? 0x0100 : 0) |
    (message.recursionAvailable ? 0x0080 : 0) |
    (RCODES[message.rcode] & 0xf);
  scratch.writeUInt16BE(message.id, 0);
  scratch.writeUInt16BE(flags, 2);
  scratch.writeUInt16BE(message.question ? 1 : 0, 4);
  scratch.writeUInt16BE(message.answers.length, 6);
  scratch.writeUInt16BE(message.authority.length, 8);
  scratch.writeUInt16BE(message.additional.length + edns, 10);
}

function writeQuestion(question: { bytes: Buffer; name: string }, writer: Writer): void {
  question.bytes.copy(scratch, writer.at);
  remember(question.name, writer.at, writer);
  writer.at += question.bytes.length;
}

/** Enters a name and all its endings, at the places where their labels begin. */
function remember(name: string, at: number, writer: Writer): void {
  let rest = name;
  let place = at;
  while (rest !== '') {
    if (place <= MOST_POINTER && !writer.names.has(rest)) writer.names.set(rest, place);
    const dot = rest.indexOf('.');
    if (dot < 0) return;
    place += dot + 1;
    rest = rest.slice(dot + 1);
  }
}

function writeRecord(record: ResourceRecord, writer: Writer): void {
  writeName(record.name, writer, true);
  scratch.writeUInt16BE(TYPE_NUMBERS[record.type], writer.at);
  scratch.writeUInt16BE(1, writer.at + 2);
  scratch.writeUInt32BE(record.ttl >>> 0, writer.at + 4);
  const lengthAt = writer.at + 8;
  writer.at += 10;
  writeData(record, writer);
  scratch.writeUInt16BE(writer.at - lengthAt - 2, lengthAt);
}

function writeData(record: ResourceRecord, writer: Writer): void {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      for (const byte of record.bytes) scratch[writer.at++] = byte;
      return;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      writeName(record.target, writer, true);
      return;
    case 'SRV':
      for (const value of [record.priority, record.weight, record.port])
        writer.at = scratch.writeUInt16BE(value, writer.at);
      writeName(record.target, writer, false);
      return;
    case 'TXT':
      writeText(record.text, writer);
      return;
    case 'SOA':
      writeName(record.mname, writer, true);
      writeName(record.rname, writer, true);
      for (const value of [record.serial, record.refresh, record.retry, record.expire, record.minTtl]) {
        writer.at = scratch.writeUInt32BE(value >>> 0, writer.at);
      }
  }
}

function writeName(name: string, writer: Writer, compressed: boolean): void {
  const start = writer.at;
  let rest = name;
  while (rest !== '') {
    const known = compressed && writer.isCompressed ? writer.names.get(rest) : undefined;
    if (known !== undefined) {
      writer.at = scratch.writeUInt16BE(0xc000 | known, writer.at);
      remember(name, start, writer);
      return;
    }
    const dot = rest.indexOf('.');
    const label = dot < 0 ? rest : rest.slice(0, dot);
    scratch[writer.at] = label.length;
    scratch.write(label, writer.at + 1, 'latin1');
    writer.at += label.length + 1;
    rest = dot < 0 ? '' : rest.slice(dot + 1);
  }
  scratch[writer.at++] = 0;
  remember(name, start, writer);
}

/** Cut into strings of 255 bytes (RFC 1035 section 3.3.14); an empty text is one empty string. */
function writeText(text: string, writer: Writer): void {
  const bytes = Buffer.from(text).subarray(0, MOST_MESSAGE_BYTES / 2);
  for (let from = 0; from === 0 || from < bytes.length; from += MOST_TEXT_BYTES) {
    const part = bytes.subarray(from, from + MOST_TEXT_BYTES);
    scratch[writer.at] = part.length;
    part.copy(scratch, writer.at + 1);
    writer.at += part.length + 1;
  }
}

function writeEdns(udpSize: number, rcode: Rcode, subnet: Buffer | undefined, writer: Writer): void {
  scratch[writer.at] = 0;
  scratch.writeUInt16BE(TYPE_NUMBERS.OPT, writer.at + 1);
  scratch.writeUInt16BE(udpSize, writer.at + 3);
  // The upper bits of the response code live here (RFC 6891 section 6.1.3), then version 0 and no flags.
  scratch.writeUInt32BE(((RCODES[rcode] >> 4) << 24) >>> 0, writer.at + 5);
  scratch.writeUInt16BE(subnet ? subnet.length + 4 : 0, writer.at + 9);
  writer.at += 11;
  if (!subnet) return;
  scratch.writeUInt16BE(CLIENT_SUBNET, writer.at);
  scratch.writeUInt16BE(subnet.length, writer.at + 2);
  subnet.copy(scratch, writer.at + 4);
  // Scope 0: the answer is the same for every network (RFC 7871 section 7.2.1).
  scratch[writer.at + 7] = 0;
  writer.at += 4 + subnet.length;
}
