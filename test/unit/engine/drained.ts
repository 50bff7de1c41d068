/** Does a step of a scheduler, and resolves once everything that followed from it has happened. */
export async function drained(step: () => Promise<void>): Promise<void> {
  await step();
  await new Promise((resolve) => setImmediate(resolve));
}
