#!/usr/bin/env node
// Looks at the version of Node before anything is loaded that an older one might not understand.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) {
  const { start } = await import('./start.ts');
  await start();
} else {
  process.stderr.write(
    `deployer: Node.js 20.19 or newer is needed, and this is ${process.version}.\n`,
  );
  process.exitCode = 2;
}

export {};
