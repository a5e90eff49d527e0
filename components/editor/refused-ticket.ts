/** What the server said when it gave no ticket; undefined when it did not answer, or failed: then later attempts may succeed. */
export function refusalIn(error: unknown): { message: string; isSignedOut: boolean } | undefined {
  if (!(error instanceof Error) || !('data' in error)) return undefined;
  const { data } = error;
  if (typeof data !== 'object' || data === null || !('httpStatus' in data)) return undefined;
  const { httpStatus } = data;
  if (typeof httpStatus !== 'number' || httpStatus >= 500 || httpStatus === 429) return undefined;
  return { message: error.message, isSignedOut: httpStatus === 401 };
}
