import { type DecodedPacket, decode, encode, type OptAnswer, RECURSION_DESIRED } from 'dns-packet';

export type Ask = { name: string; type?: string; id?: number; recursionDesired?: boolean; edns?: number };

/** A question as a stub resolver sends it. */
export function questionBytes(ask: Ask): Buffer {
  const { name, type = 'A', id = 4711, recursionDesired = true, edns } = ask;
  const additionals = edns === undefined ? [] : [{ ...OPT, udpPayloadSize: edns }];
  const flags = recursionDesired ? RECURSION_DESIRED : 0;
  return encode({ type: 'query', id, flags, questions: [{ name, type: type as 'A' }], additionals });
}

const OPT: OptAnswer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: 1232,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

export type ShownRecord = { name: string; type: string; ttl: number; data: unknown };

/** A decoded answer in the form of the recordings: names with the last dot, SRV and SOA as one line, IPv6 without shortening. */
export type ShownAnswer = {
  rcode: string;
  flags: { qr: boolean; aa: boolean; tc: boolean; rd: boolean; ra: boolean };
  question: string[];
  answer: ShownRecord[];
  authority: ShownRecord[];
  additional: ShownRecord[];
  edns?: { udp: number };
};

export function shownAnswer(bytes: Buffer): ShownAnswer {
  const packet = decode(bytes) as DecodedPacket & { rcode: string };
  const records = (list: DecodedPacket['answers'] = []): ShownRecord[] =>
    list.filter((one) => one.type !== 'OPT').map((one) => shownRecord(one as unknown as RawRecord));
  const opt = packet.additionals?.find((one) => one.type === 'OPT');
  return {
    rcode: packet.rcode,
    flags: {
      qr: packet.type === 'response',
      aa: packet.flag_aa,
      tc: packet.flag_tc,
      rd: packet.flag_rd,
      ra: packet.flag_ra,
    },
    question: (packet.questions ?? []).map((one) => `${dotted(one.name)} ${one.type}`),
    answer: records(packet.answers),
    authority: records(packet.authorities),
    additional: records(packet.additionals),
    ...(opt?.type === 'OPT' ? { edns: { udp: opt.udpPayloadSize } } : {}),
  };
}

type RawRecord = { name: string; type: string; ttl: number; data: unknown };

function shownRecord(record: RawRecord): ShownRecord {
  return { name: dotted(record.name), type: record.type, ttl: record.ttl, data: shownData(record) };
}

function shownData({ type, data }: RawRecord): unknown {
  const fields = data as Record<string, unknown>;
  switch (type) {
    case 'AAAA':
      return longIpv6(String(data));
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return dotted(String(data));
    case 'SRV':
      return `${fields['priority']} ${fields['weight']} ${fields['port']} ${dotted(String(fields['target']))}`;
    case 'SOA':
      return `${dotted(String(fields['mname']))} ${dotted(String(fields['rname']))} <serial> ${fields['refresh']} ${fields['retry']} ${fields['expire']} ${fields['minimum']}`;
    case 'TXT':
      return (data as Buffer[]).map((part) => part.toString());
    default:
      return data;
  }
}

function dotted(name: string): string {
  return name === '.' ? '.' : `${name}.`;
}

function longIpv6(text: string): string {
  const [left = '', right] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const tail = right === undefined ? [] : groups(right);
  const zeros = new Array<string>(8 - groups(left).length - tail.length).fill('0');
  return [...groups(left), ...zeros, ...tail].map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
