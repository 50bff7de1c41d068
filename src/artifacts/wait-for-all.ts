/**
 * What all of them give, once every one has ended: nothing goes on behind the back of whoever goes on after a failure.
 * @throws what the first of them that failed threw
 */
export async function waitForAll<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
