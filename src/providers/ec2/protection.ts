import type { Ec2Api } from './ec2-api.ts';
import { unlessGone } from './tolerate.ts';

const gone = ['InvalidInstanceID.NotFound', 'InvalidInstanceId.NotFound'];

/** As many calls are under way at a time. */
const atOnce = 10;

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

async function forEach(ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> {
  const waiting = [...ids];
  const walk = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await work(id);
  };
  await Promise.all(Array.from({ length: atOnce }, walk));
}
