/**
 * Why a write failed, in words for people. lmdb rejects with a general error whose `commitError` is a promise that rejects with the reason; after that
 * come positions in its file.
 */
export async function commitFailure(error: unknown): Promise<Error> {
  const reason = await commitError(error);
  return new Error(reason.message.replace(/: Attempting to write page at .*$/s, ''), { cause: reason });
}

async function commitError(error: unknown): Promise<Error> {
  try {
    await (error as { commitError?: Promise<never> }).commitError;
    return asError(error);
  } catch (reason) {
    return asError(reason);
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
