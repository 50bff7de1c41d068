import { isRefusedWith } from './api-error.ts';
import type { Ec2Api } from './ec2-api.ts';

/** What a machine wrote to its console; empty while there is nothing. Clouds send it in base64 or as it is. */
export async function consoleOutput({ sdk, client }: Ec2Api, id: string): Promise<string> {
  try {
    const answer = await client.send(new sdk.GetConsoleOutputCommand({ InstanceId: id }));
    return decodeConsole(answer.Output ?? '');
  } catch (error) {
    // Right after its launch a machine may not be visible yet, and so has not written anything.
    if (isRefusedWith(error, 'InvalidInstanceID.NotFound')) return '';
    throw error;
  }
}

/** The text behind base64; a text that cannot be base64, as no console's is, stays as it is. */
export function decodeConsole(output: string): string {
  const packed = output.replace(/\s+/g, '');
  const isBase64 = packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
  return isBase64 ? Buffer.from(packed, 'base64').toString('utf8') : output;
}
