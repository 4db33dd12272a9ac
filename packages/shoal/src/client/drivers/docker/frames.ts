/** A piece of a container's output, with the stream that it came on. */
export type Frame = { stream: OutputStream; data: Buffer };
export type OutputStream = 'stdout' | 'stderr';

const HEADER_BYTES = 8;

/**
 * Takes the engine's multiplexed streams apart: 8 bytes of header (the stream's number, three zeros, the length in big-endian), then the data
 * (https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container/operation/ContainerAttach). Frames are cut anywhere on the way.
 */
export function createDemultiplexer(): { push(chunk: Buffer): Frame[] } {
  let rest = Buffer.alloc(0);
  return {
    push(chunk) {
      const frames: Frame[] = [];
      let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (buffer.length >= HEADER_BYTES) {
        const end = HEADER_BYTES + buffer.readUInt32BE(4);
        if (buffer.length < end) break;
        frames.push({ stream: buffer[0] === 2 ? 'stderr' : 'stdout', data: buffer.subarray(HEADER_BYTES, end) });
        buffer = buffer.subarray(end);
      }
      rest = Buffer.from(buffer);
      return frames;
    },
  };
}

const LINE_END = 10;
/** The engine keeps longer lines in parts of this size, each with a time of its own. */
const LONGEST_PART_BYTES = 16 * 1024;
const STAMP_BYTES = '2006-01-02T15:04:05.000000000Z '.length;

/** The same for the log of a container with a terminal, which has one stream without headers: here a frame is what has one time. */
export function createTerminalSplitter(): { push(chunk: Buffer): Frame[] } {
  let rest = Buffer.alloc(0);
  return {
    push(chunk) {
      const frames: Frame[] = [];
      let buffer = Buffer.concat([rest, chunk]);
      for (let end = endOfPart(buffer); end > 0; end = endOfPart(buffer)) {
        frames.push({ stream: 'stdout', data: buffer.subarray(0, end) });
        buffer = buffer.subarray(end);
      }
      rest = buffer;
      return frames;
    },
  };
}

function endOfPart(buffer: Buffer): number {
  const most = STAMP_BYTES + LONGEST_PART_BYTES;
  const lineEnd = buffer.subarray(0, most + 1).indexOf(LINE_END) + 1;
  return lineEnd > 0 ? lineEnd : buffer.length > most ? most : 0;
}
