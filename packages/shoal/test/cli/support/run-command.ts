import { runProgram } from '../../../src/cli/program.ts';
import { capturedIo } from './captured-io.ts';

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

/** Runs the program in this process, as if it had been started by `name`. */
export async function runCommand(
  name: string,
  words: readonly string[],
  { env = {}, input }: { env?: Record<string, string>; input?: string } = {},
): Promise<Ran> {
  const io = capturedIo(input === undefined ? {} : { input });
  const code = await runProgram(['node', `/usr/bin/${name}`, ...words], { io, env });
  return { code, out: io.printed(), err: io.complained() };
}
