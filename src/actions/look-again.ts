import type { Provider } from '../providers/provider.ts';
import type { ActionContext } from './context.ts';

/** How often a cloud is asked again that leaves out what must be there: its answers may lag behind. */
const secondLooks = 2;

/** What a cloud says, asked again after a while as long as that lacks something, a few times at most. */
export async function lookAgain<T>(
  ask: () => Promise<T>,
  isLacking: (answer: T) => boolean,
  { pollMs }: Pick<Provider, 'pollMs'>,
  { clock, signal }: Pick<ActionContext, 'clock' | 'signal'>,
): Promise<T> {
  let answer = await ask();
  for (let look = 0; look < secondLooks && isLacking(answer); look += 1) {
    await clock.sleep(pollMs, signal);
    answer = await ask();
  }
  return answer;
}
