import type { Ec2Api } from './ec2-api.ts';
import { forEach } from './for-each.ts';
import { unlessGone } from './tolerate.ts';

const gone = ['InvalidInstanceID.NotFound', 'InvalidInstanceId.NotFound'];

/** Those of the machines that may not be ended by a call. */
export async function protectedAmong(
  api: Ec2Api,
  ids: readonly string[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  await forEach(ids, (id) =>
    unlessGone(gone, async () => {
      const answer = await api.client.send(
        new api.sdk.DescribeInstanceAttributeCommand({
          InstanceId: id,
          Attribute: 'disableApiTermination',
        }),
      );
      if (answer.DisableApiTermination?.Value === true) found.add(id);
    }),
  );
  return ids.filter((id) => found.has(id));
}

/** Lets machines be ended by a call. */
export function unprotect(api: Ec2Api, ids: readonly string[]): Promise<void> {
  return forEach(ids, (id) =>
    unlessGone(gone, () =>
      api.client.send(
        new api.sdk.ModifyInstanceAttributeCommand({
          InstanceId: id,
          DisableApiTermination: { Value: false },
        }),
      ),
    ),
  );
}
