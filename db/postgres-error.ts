/** The SQLSTATE of a refused statement (PostgreSQL, appendix A), also behind the error of the query builder. */
function sqlState(error: unknown): string | undefined {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : undefined;
}

/** Rows would contradict each other (class 23): the same statement fails again. */
export function isIntegrityViolation(error: unknown): boolean {
  return sqlState(error)?.startsWith('23') ?? false;
}

/** The row refers to one that is not there. */
export function isForeignKeyViolation(error: unknown): boolean {
  return sqlState(error) === '23503';
}
