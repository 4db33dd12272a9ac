/** Record types that DNS asks for by name here. Every other type counts as OTHER: a name that exists has no such record. */
export type QuestionType = 'A' | 'AAAA' | 'SRV' | 'TXT' | 'ANY' | 'SOA' | 'NS' | 'PTR' | 'CNAME' | 'AXFR' | 'OTHER';

/** Numbers of the record types (RFC 1035 section 3.2.2, RFC 2782, RFC 3596). */
export const TYPE_NUMBERS = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  AXFR: 252,
  ANY: 255,
} as const;

/** A type by its name, in any case. */
export function questionType(name: string): QuestionType {
  const upper = name.toUpperCase();
  return upper !== 'OPT' && Object.hasOwn(TYPE_NUMBERS, upper) ? (upper as QuestionType) : 'OTHER';
}

export const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;
export type Rcode = keyof typeof RCODES;

/** One resource record of class IN. Names are without the last dot; TTLs in seconds. */
export type ResourceRecord = { readonly name: string; readonly ttl: number } & RecordData;

type RecordData =
  | { readonly type: 'A' | 'AAAA'; readonly bytes: readonly number[] }
  | { readonly type: 'CNAME' | 'NS' | 'PTR'; readonly target: string }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly type: 'TXT'; readonly text: string }
  | {
      readonly type: 'SOA';
      readonly mname: string;
      readonly rname: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minTtl: number;
    };

/** An answer record with the additional records that only make sense beside it: whoever drops one drops the others. */
export type AnswerItem = { readonly record: ResourceRecord; readonly extra: readonly ResourceRecord[] };

/** What a zone says to a question, before it is fitted to the client's transport. */
export type Reply = {
  readonly rcode: Rcode;
  readonly authoritative: boolean;
  readonly recursionAvailable: boolean;
  readonly items: readonly AnswerItem[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
};

/** An answer from the zone itself. */
export function reply(rcode: Rcode, items: readonly AnswerItem[]): Reply {
  return { rcode, authoritative: true, recursionAvailable: false, items, authority: [], additional: [] };
}

/** Records with nothing beside them. */
export function plain(records: readonly ResourceRecord[]): AnswerItem[] {
  return records.map((record) => ({ record, extra: [] }));
}
