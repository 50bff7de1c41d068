import { type Credentials, imageText, type Profile } from '../config/profile.ts';
import { toDeployerError } from '../errors.ts';
import type { Provider } from '../providers/provider.ts';
import { assertAccount } from './assert-account.ts';
import type { DoctorCheck } from './doctor.ts';

/** Asks a cloud whether it lets us in and has what the profile names; nothing is made there. */
export async function checkCloud(
  provider: Provider,
  credentials: Credentials,
  { instanceTypes, image, username }: Profile,
): Promise<readonly DoctorCheck[]> {
  const account = await checked('credentials', async () => {
    const found = await provider.account();
    assertAccount(found, credentials, null);
    const where = `at ${provider.cloud}`;
    return found === null ? `let in ${where}` : `account ${found} ${where}`;
  });
  if (!account.ok) return [account];
  const found = checked(`image ${imageText(image)}`, async () => {
    const { id, name, username: known } = await provider.findImage(image);
    const user = username ?? known;
    const login =
      user === null ? 'its login user is not known: say `username`' : `logged into as ${user}`;
    return [name, id, login].filter((word) => word !== '').join(', ');
  });
  const types = instanceTypes.map((type) =>
    checked(`type ${type}`, async () => {
      const figures = (await provider.figures([type])).get(type);
      return figures ? `${figures.cpus} cpus, ${figures.memoryMib} MiB` : 'known';
    }),
  );
  return [account, await found, ...(await Promise.all(types))];
}

async function checked(about: string, ask: () => Promise<string>): Promise<DoctorCheck> {
  try {
    return { about, ok: true, detail: await ask(), hint: undefined };
  } catch (error) {
    const { message, hint = 'Correct the profile or its credentials.' } = toDeployerError(error);
    return { about, ok: false, detail: message, hint };
  }
}
