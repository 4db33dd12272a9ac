/** The few parts of the tar format (POSIX ustar) that snapshots and debug archives need: plain files of known length. */

const BLOCK = 512;

/** What stands before a file's content. */
export function tarHead(name: string, size: number, seconds: number, mode = 0o600): Buffer {
  const head = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  head.write(name, 0, 100);
  head.write(octal(mode, 8), 100);
  head.write(octal(0, 8), 108);
  head.write(octal(0, 8), 116);
  head.write(size < 8 ** 11 ? octal(size, 12) : '', 124);
  if (size >= 8 ** 11) writeBigSize(head, size);
  head.write(octal(Math.floor(seconds), 12), 136);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\x0000', 257, 'latin1');
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}

/** What fills up the last block of a file's content. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

/** The plain files of an archive, by their names. Throws RangeError when it is cut off. */
export function untar(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; ; ) {
    const head = archive.subarray(at, at + BLOCK);
    if (head.length < BLOCK) throw new RangeError('it is cut off');
    if (head.every((byte) => byte === 0)) return files;
    const name = head.toString('latin1', 0, 100).replace(/\0.*$/s, '');
    const size = sizeOf(head);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (!Number.isSafeInteger(size) || content.length < size) throw new RangeError('it is cut off');
    if (head[156] === 0x30 || head[156] === 0) files.set(name, content);
    at += BLOCK + size + tarPadding(size).length;
  }
}

/** Over 8 GiB as a number of 8 bytes, marked by the first bit (GNU). */
function writeBigSize(head: Buffer, size: number): void {
  head[124] = 0x80;
  head.writeBigUInt64BE(BigInt(size), 128);
}

function sizeOf(head: Buffer): number {
  if (((head[124] ?? 0) & 0x80) !== 0) return Number(head.readBigUInt64BE(128));
  return Number.parseInt(head.toString('latin1', 124, 136).replace(/[\0 ]/g, '') || '0', 8);
}
