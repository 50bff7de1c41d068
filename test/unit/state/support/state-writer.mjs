// A process of its own that writes state until it is killed, and tells its parent of every write; see crash.test.ts.
const [module, root, content] = process.argv.slice(2);
const { openClusterState } = await import(module);
const clock = { now: Date.now, monotonicMs: () => performance.now() };
const state = openClusterState({ root, cluster: 'zookeeper-default', clock });
const signal = new AbortController().signal;
await state.lock({ who: `writer ${process.pid}`, operation: 'create', signal });
const journal = await state.journal(`run-${process.pid}`);
for (let i = 0; ; i += 1) {
  const token = `${process.pid}-${i}`;
  const entry = await journal.begin({ kind: 'launch', token, request: { i } });
  process.send({ begun: token });
  const { serial } = await state.snapshot.write(JSON.parse(content));
  process.send({ serial });
  await journal.end(entry, { ok: true });
  process.send({ ended: token });
}
