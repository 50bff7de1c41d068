// A process of its own that asks, each question for its own time, and tells what is still open shortly after each
// answer; see cql-leaves-nothing.test.ts. It ends by itself, when nothing is left that could hold it.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [folder, questions] = process.argv.slice(2);
const { runProbe } = await import(`${folder}/probes/run-probe.js`);
const { systemClock } = await import(`${folder}/clock.js`);

const remote = {
  openTcp: async (port) => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket.on('error', () => {});
  },
};
const open = () => process.getActiveResourcesInfo().filter((each) => /^TCP|^Timeout/.test(each));

const told = [];
for (const { timeoutMs, abortMs, ...cql } of JSON.parse(questions)) {
  const deps = { timeoutMs, clock: systemClock };
  const signal = abortMs === null ? undefined : AbortSignal.timeout(abortMs);
  const { detail } = await runProbe({ cql }, remote, { ...deps, signal }).catch((error) => ({
    detail: error.name,
  }));
  for (let tries = 0; open().length > 0 && tries < 100; tries += 1) await sleep(10);
  told.push({ detail, open: open() });
}
process.stdout.write(JSON.stringify(told));
