/**
 * The one program of the container that holds an allocation's network for others to share: it opens the network namespace at `NETWORK_PLACE`, enters it
 * (setns(2)) and sleeps for good. It is written in machine code, so that no image has to be fetched from anywhere; it uses no memory but the kernel's.
 */

/** Where the namespace is mounted in the container. */
export const NETWORK_PLACE = '/network';

type Machine = {
  /** ELF's number for it (elf(5), `e_machine`). */
  readonly number: number;
  /** Position-independent; the path, with its ending zero, follows it at once. */
  readonly code: Buffer;
};

/** By Node's name of the architecture. */
const MACHINES: Readonly<Record<string, Machine>> = {
  x64: {
    number: 62,
    code: Buffer.from(
      [
        '48 8d 3d 30 00 00 00', // lea  rdi, [path]
        '31 f6', //                xor  esi, esi          O_RDONLY
        'b8 02 00 00 00', //       mov  eax, 2            open
        '0f 05', //                syscall
        '89 c7', //                mov  edi, eax
        'be 00 00 00 40', //       mov  esi, 0x40000000   CLONE_NEWNET
        'b8 34 01 00 00', //       mov  eax, 308          setns
        '0f 05', //                syscall
        '85 c0', //                test eax, eax
        '75 09', //                jnz  failed
        'b8 22 00 00 00', // loop: mov  eax, 34           pause
        '0f 05', //                syscall
        'eb f7', //                jmp  loop
        'bf 01 00 00 00', // failed: mov edi, 1
        'b8 3c 00 00 00', //       mov  eax, 60           exit
        '0f 05', //                syscall
      ]
        .join('')
        .replaceAll(' ', ''),
      'hex',
    ),
  },
  arm64: {
    number: 183,
    code: words([
      0x10000261, //       adr x1, path
      0x92800c60, //       mov x0, #-100         AT_FDCWD
      0xd2800002, //       mov x2, #0            O_RDONLY
      0xd2800708, //       mov x8, #56           openat
      0xd4000001, //       svc #0
      0xd2a80001, //       mov x1, #0x40000000   CLONE_NEWNET
      0xd2802188, //       mov x8, #268          setns
      0xd4000001, //       svc #0
      0xb5000100, //       cbnz x0, failed
      0xd2800000, // loop: mov x0, #0
      0xd2800001, //       mov x1, #0
      0xd2800002, //       mov x2, #0            for ever
      0xd2800003, //       mov x3, #0
      0xd2800928, //       mov x8, #73           ppoll
      0xd4000001, //       svc #0
      0x17fffffa, //       b   loop
      0xd2800020, // failed: mov x0, #1
      0xd2800ba8, //       mov x8, #93           exit
      0xd4000001, //       svc #0
    ]),
  },
};

/** Where it is loaded, and one page (elf(5), `p_align`). */
const BASE = 0x400000n;
const PAGE = 0x1000n;
const [HEADER, SEGMENT] = [64, 56];

/** The program as a file; undefined for an architecture that it is not written for. */
export function pauseProgram(arch: string): Buffer | undefined {
  const machine = MACHINES[arch];
  if (machine === undefined) return undefined;
  const body = Buffer.concat([machine.code, Buffer.from(`${NETWORK_PLACE}\0`)]);
  const head = Buffer.alloc(HEADER + SEGMENT);
  const size = BigInt(head.length + body.length);
  // e_ident: 64 bits, little-endian, version 1.
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(2, 16); // ET_EXEC
  head.writeUInt16LE(machine.number, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BASE + BigInt(head.length), 24); // where it begins
  head.writeBigUInt64LE(BigInt(HEADER), 32); // where the segments are described
  head.writeUInt16LE(HEADER, 52);
  head.writeUInt16LE(SEGMENT, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(1, HEADER); // PT_LOAD: the whole file, to be read and run
  head.writeUInt32LE(5, HEADER + 4);
  head.writeBigUInt64LE(BASE, HEADER + 16);
  head.writeBigUInt64LE(BASE, HEADER + 24);
  head.writeBigUInt64LE(size, HEADER + 32);
  head.writeBigUInt64LE(size, HEADER + 40);
  head.writeBigUInt64LE(PAGE, HEADER + 48);
  return Buffer.concat([head, body]);
}

function words(list: readonly number[]): Buffer {
  const buffer = Buffer.alloc(list.length * 4);
  for (const [index, word] of list.entries()) buffer.writeUInt32LE(word, index * 4);
  return buffer;
}
