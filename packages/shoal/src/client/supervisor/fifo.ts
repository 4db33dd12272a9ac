import { spawn } from 'node:child_process';
import { closeSync, constants, fchownSync, fstatSync, lstatSync, openSync } from 'node:fs';

const { O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;

/**
 * Makes named pipes that only their owner may open. Node has no call for it, so the system's `mkfifo` is run, once for all of them. Nothing may be
 * in their place.
 */
export function makeFifos(paths: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('mkfifo', ['-m', '600', ...paths], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(complaint.trim() || `mkfifo ended with ${code}`)),
    );
  });
}

/**
 * The supervisor's end. Open for writing as well, so that it never sees an end of file, and never blocks: it is read as a socket.
 * A description of its own: O_NONBLOCK must not reach the task.
 */
export function openReadEnd(path: string): number {
  return openChecked(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
}

/** The task's end. Open for reading as well, so that the task never gets SIGPIPE, whatever becomes of the supervisor. */
export function openTaskEnd(path: string, owner: { uid: number; gid: number } | undefined): number {
  const fd = openChecked(path, O_RDWR | O_NOFOLLOW);
  // A task that opens /dev/stdout anew is checked against the pipe's owner.
  if (owner !== undefined) fchownSync(fd, owner.uid, owner.gid);
  return fd;
}

/** The same pipe by way of a process that holds it, for when its name is gone. Such links must be followed. */
export function openThroughProcess(pid: number, fd: number): number {
  const path = `/proc/${pid}/fd/${fd}`;
  return openPipe(path, O_RDWR | O_NONBLOCK);
}

function openChecked(path: string, flags: number): number {
  if (!lstatSync(path).isFIFO()) throw new TypeError(`${path} is not a named pipe`);
  return openPipe(path, flags);
}

function openPipe(path: string, flags: number): number {
  const fd = openSync(path, flags);
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw new TypeError(`${path} is not a named pipe`);
}
