import { noting, type Reads, stillHold } from './reads.ts';
import type { Rcode } from './records.ts';
import { type Response, respond, type Transport } from './respond.ts';
import type { ZoneContext } from './zone-context.ts';

/** One question's answers, encoded. */
type Kept = {
  readonly rcode: Rcode;
  reads: Reads;
  /** As many orders of the same answer. */
  readonly packets: Buffer[];
  uses: number;
};

/** Longer questions are rare, and whoever asks them wants our memory. */
const MOST_QUESTION_BYTES = 300;
/** Per generation, of which there are two for each transport. */
const MOST_BYTES = 2 * 1024 * 1024;
/** What an entry weighs beside its packets, about. */
const ENTRY_BYTES = 700;
/** A shuffled answer is kept in so many orders, of which chance takes one. */
const ORDERS = 16;
/** Every so many answers a fresh order takes the place of another: what is sent stays as even as if each had been shuffled, at a part of the cost. */
const USES_PER_ORDER = 32;

/**
 * Answers as `respond` does, from packets that were sent before to the same bytes: a question apart from its id. They are sent again only while
 * everything that they were made of reads the same.
 */
export function createPacketCache(): (message: Buffer, transport: Transport, context: ZoneContext) => Response {
  const kept = { udp: new Generations(), tcp: new Generations() };
  return (message, transport, context) => {
    if (message.length > MOST_QUESTION_BYTES) return respond(message, transport, context);
    const generations = kept[transport];
    const key = message.toString('latin1', 2);
    const found = generations.get(key);
    const isCurrent = found !== undefined && stillHold(found.reads, context);
    if (isCurrent && !wantsAnotherOrder(found)) return again(found, message, context.random);
    const made = noting(context);
    const response = respond(message, transport, made.context);
    if (response.kind !== 'answer' || !mayBeKept(response.rcode, made.reads)) return response;
    if (isCurrent) {
      const at = found.packets.length < ORDERS ? found.packets.length : (found.uses / USES_PER_ORDER) % ORDERS;
      if (at === found.packets.length) generations.weigh(response.bytes.length);
      found.packets[at] = Buffer.from(response.bytes);
      found.reads = made.reads;
    } else {
      generations.put(key, {
        rcode: response.rcode,
        reads: made.reads,
        packets: [Buffer.from(response.bytes)],
        uses: 1,
      });
      generations.weigh(ENTRY_BYTES + response.bytes.length);
    }
    return response;
  };
}

/** A failure may pass without a change of the catalog. */
function mayBeKept(rcode: Rcode, { isLasting }: Reads): boolean {
  return isLasting && (rcode === 'NOERROR' || rcode === 'NXDOMAIN');
}

/** The first answers are all fresh: a question that is seldom asked is answered in an order of its own each time. */
function wantsAnotherOrder(entry: Kept): boolean {
  entry.uses += 1;
  return entry.reads.isShuffled && (entry.packets.length < ORDERS || entry.uses % USES_PER_ORDER === 0);
}

/** A copy: what was handed to the system to send may still be waiting. */
function again({ rcode, packets }: Kept, message: Buffer, random: () => number): Response {
  const packet = packets.length === 1 ? packets[0] : packets[Math.floor(random() * packets.length)];
  const bytes = Buffer.from(packet as Buffer);
  bytes[0] = message[0] as number;
  bytes[1] = message[1] as number;
  return { kind: 'answer', rcode, bytes };
}

/** Bounded: what is not asked for again goes with its generation. */
class Generations {
  #young = new Map<string, Kept>();
  #old = new Map<string, Kept>();
  #bytes = 0;

  get(key: string): Kept | undefined {
    const young = this.#young.get(key);
    if (young) return young;
    const old = this.#old.get(key);
    if (old) {
      this.put(key, old);
      this.weigh(ENTRY_BYTES + old.packets.reduce((sum, packet) => sum + packet.length, 0));
    }
    return old;
  }

  put(key: string, entry: Kept): void {
    this.#young.set(key, entry);
  }

  weigh(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < MOST_BYTES) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#bytes = 0;
  }
}
