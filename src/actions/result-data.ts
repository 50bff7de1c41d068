/** A result as programs read it: what `--json` prints for every verb. */
export function resultData(operation: string, result: object): Record<string, unknown> {
  return { version: 1, operation, ok: isOk(result), ...result };
}

/** Whether a result is one that the user hoped for; one that does not say is. */
export function isOk(result: object): boolean {
  return !('ok' in result) || result.ok === true;
}
