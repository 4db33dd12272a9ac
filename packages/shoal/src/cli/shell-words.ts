import type { Env } from './command.ts';

/** The program to run: with a shell (as Consul's tools do it unless told otherwise) the words are one line for it. */
export function programWords(words: readonly string[], shell: boolean, env: Env): readonly string[] {
  return shell ? [env['SHELL'] || '/bin/sh', '-c', words.join(' ')] : words;
}
