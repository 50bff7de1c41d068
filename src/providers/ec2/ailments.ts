import type { InstanceStatus } from '@aws-sdk/client-ec2';
import type { Ec2Api } from './ec2-api.ts';
import { unlessGone } from './tolerate.ts';

/** EC2 takes as many ids in one call. */
const mostAtOnce = 100;

/** What the cloud's own checks have against machines, by their ids; those that it finds nothing with are missing. */
export async function findAilments(
  { sdk, client }: Ec2Api,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let start = 0; start < ids.length; start += mostAtOnce) {
    const InstanceIds = ids.slice(start, start + mostAtOnce);
    await unlessGone(['InvalidInstanceID.NotFound'], async () => {
      const command = new sdk.DescribeInstanceStatusCommand({ InstanceIds });
      for (const status of (await client.send(command)).InstanceStatuses ?? []) {
        const words = wordsOn(status);
        if (words !== '') found.set(status.InstanceId ?? '', words);
      }
    });
  }
  return found;
}

function wordsOn({ InstanceStatus: machine, SystemStatus: system, Events = [] }: InstanceStatus) {
  return [
    ...(machine?.Status === 'impaired' ? ["the cloud's check of the machine fails"] : []),
    ...(system?.Status === 'impaired' ? ["the cloud's check of the computer below it fails"] : []),
    ...Events.map(({ Code, Description }) => `the cloud announces ${Code}: ${Description ?? ''}`),
  ].join('; ');
}
