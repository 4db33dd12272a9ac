import { suggest } from '@shoal/hcl';
import { CommandError, ToldError, UnreachableError, UsageError } from './errors.ts';
import type { Io } from './io.ts';

/** Tells the user what went wrong. Answers with the exit code. */
export function tellFailure(error: unknown, name: string, io: Io): number {
  if (error instanceof ToldError) return error.exitCode;
  const { message, hint, exitCode } = explain(error, name);
  io.err(`${io.paintErr.red('Error:')} ${message}\n`);
  if (hint !== undefined) io.err(`${hint}\n`);
  return exitCode;
}

type Explanation = { message: string; hint?: string; exitCode: number };

/** Errors of the API are known by their codes, not by their class: loading the client is for those who need it. */
function explain(error: unknown, name: string): Explanation {
  if (error instanceof UsageError)
    return { message: usageText(error), hint: `Run "${name} -h" for help.`, exitCode: error.exitCode };
  if (error instanceof CommandError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof UnreachableError) return { message: error.message, hint: REACH, exitCode: 1 };
  if (isApiError(error)) return { message: answerText(error), exitCode: 1 };
  const text = error instanceof Error ? error.message : String(error);
  return { message: text, exitCode: 1 };
}

function usageText({ message, unknown }: UsageError): string {
  const meant = unknown && suggest(unknown.word, unknown.known);
  return meant === undefined ? `${message}.` : `${message}. Did you mean "${unknown?.prefix}${meant}"?`;
}

const REACH = `Is the agent running? Start one with "shoal agent -dev", or name another:
-address or NOMAD_ADDR for Nomad's API, -http-addr or CONSUL_HTTP_ADDR for Consul's.`;

type ApiError = Error & { status: number; body?: string; url: string };

function isApiError(error: unknown): error is ApiError {
  const code = (error as { code?: unknown }).code;
  return error instanceof Error && (code === 'NOMAD_API' || code === 'CONSUL_API');
}

function answerText(error: ApiError): string {
  const body = error.body?.trim();
  return body ? `${body} (HTTP ${error.status})` : error.message;
}
