import { firstLine } from '../capped-text.ts';
import { endedEarly } from './lend-port.ts';
import type { Driver } from './session.ts';

/**
 * Why a statement was not answered, in a few words: what the server said of it, or that it said nothing.
 *
 * @see The native protocol of Cassandra, version 4, section 9 (error codes)
 */
export function describeCqlError(error: unknown, driver: Driver): string {
  const { AuthenticationError, NoHostAvailableError, ResponseError } = driver.errors;
  if (error instanceof NoHostAvailableError) {
    const [reason]: unknown[] = Object.values(error.innerErrors ?? {});
    return reason instanceof Error ? describeCqlError(reason, driver) : 'no host answered';
  }
  if (error instanceof AuthenticationError) {
    return 'additionalInfo' in error
      ? `not let in: ${firstLine(error.message)}`
      : 'the server wants a username and a password';
  }
  if (error instanceof ResponseError)
    return describeResponse(error, driver.types.responseErrorCodes);
  if (error instanceof Error && 'isSocketError' in error) return endedEarly;
  return firstLine(error instanceof Error ? error.message : String(error));
}

/** What the server says of an error besides its code; which of it depends on the code. */
interface ErrorResponse {
  readonly code: number;
  readonly message: string;
  readonly alive?: number;
  readonly required?: number;
  readonly received?: number;
  readonly blockFor?: number;
}

function describeResponse(
  { code, message, alive, required, received, blockFor }: ErrorResponse,
  codes: Driver['types']['responseErrorCodes'],
): string {
  const answered = `${received} of ${blockFor} replicas answered`;
  if (code === codes.unavailableException) return `unavailable: ${alive} of ${required} replicas`;
  if (code === codes.readTimeout) return `read timeout: ${answered}`;
  if (code === codes.writeTimeout) return `write timeout: ${answered}`;
  if (code === codes.readFailure) return `read failure: ${answered}`;
  if (code === codes.writeFailure) return `write failure: ${answered}`;
  if (code === codes.syntaxError) return `syntax error: ${firstLine(message)}`;
  return firstLine(message);
}
