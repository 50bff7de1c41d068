import type { check } from '../actions/check.ts';
import type { cloudDown, cloudLook } from '../actions/cloud.ts';
import type { cloudMisbehave } from '../actions/cloud-misbehave.ts';
import type { cloudEnv, cloudServe } from '../actions/cloud-serve.ts';
import type { config } from '../actions/config.ts';
import type { create } from '../actions/create.ts';
import type { destroy } from '../actions/destroy.ts';
import type { doctor } from '../actions/doctor.ts';
import type { drift } from '../actions/drift.ts';
import type { execute } from '../actions/execute.ts';
import type { gc } from '../actions/gc.ts';
import type { list } from '../actions/list.ts';
import type { logs } from '../actions/logs.ts';
import type { newRecipe } from '../actions/new.ts';
import type { plan } from '../actions/plan.ts';
import type { prove } from '../actions/prove.ts';
import type { render } from '../actions/render.ts';
import type { ssh } from '../actions/ssh.ts';
import type { sshConfig } from '../actions/ssh-config.ts';
import type { status } from '../actions/status.ts';
import type { tunnel } from '../actions/tunnel.ts';

/** What the commands can call; tests give their own. */
export interface Actions {
  readonly check: typeof check;
  readonly cloudDown: typeof cloudDown;
  readonly cloudEnv: typeof cloudEnv;
  readonly cloudLook: typeof cloudLook;
  readonly cloudMisbehave: typeof cloudMisbehave;
  readonly cloudServe: typeof cloudServe;
  readonly config: typeof config;
  readonly create: typeof create;
  readonly destroy: typeof destroy;
  readonly doctor: typeof doctor;
  readonly drift: typeof drift;
  readonly execute: typeof execute;
  readonly gc: typeof gc;
  readonly list: typeof list;
  readonly logs: typeof logs;
  readonly newRecipe: typeof newRecipe;
  readonly plan: typeof plan;
  readonly prove: typeof prove;
  readonly render: typeof render;
  readonly ssh: typeof ssh;
  readonly sshConfig: typeof sshConfig;
  readonly status: typeof status;
  readonly tunnel: typeof tunnel;
}

/** The real actions, each loaded when it is called: `--version` and `--help` need none of them. */
export const lazyActions: Actions = {
  check: async (...given) => (await import('../actions/check.ts')).check(...given),
  cloudDown: async (...given) => (await import('../actions/cloud.ts')).cloudDown(...given),
  cloudEnv: async (...given) => (await import('../actions/cloud-serve.ts')).cloudEnv(...given),
  cloudLook: async (...given) => (await import('../actions/cloud.ts')).cloudLook(...given),
  cloudMisbehave: async (...given) =>
    (await import('../actions/cloud-misbehave.ts')).cloudMisbehave(...given),
  cloudServe: async (...given) => (await import('../actions/cloud-serve.ts')).cloudServe(...given),
  config: async (...given) => (await import('../actions/config.ts')).config(...given),
  create: async (...given) => (await import('../actions/create.ts')).create(...given),
  destroy: async (...given) => (await import('../actions/destroy.ts')).destroy(...given),
  doctor: async (...given) => (await import('../actions/doctor.ts')).doctor(...given),
  drift: async (...given) => (await import('../actions/drift.ts')).drift(...given),
  execute: async (...given) => (await import('../actions/execute.ts')).execute(...given),
  gc: async (...given) => (await import('../actions/gc.ts')).gc(...given),
  list: async (...given) => (await import('../actions/list.ts')).list(...given),
  logs: async (...given) => (await import('../actions/logs.ts')).logs(...given),
  newRecipe: async (...given) => (await import('../actions/new.ts')).newRecipe(...given),
  plan: async (...given) => (await import('../actions/plan.ts')).plan(...given),
  prove: async (...given) => (await import('../actions/prove.ts')).prove(...given),
  render: async (...given) => (await import('../actions/render.ts')).render(...given),
  ssh: async (...given) => (await import('../actions/ssh.ts')).ssh(...given),
  sshConfig: async (...given) => (await import('../actions/ssh-config.ts')).sshConfig(...given),
  status: async (...given) => (await import('../actions/status.ts')).status(...given),
  tunnel: async (...given) => (await import('../actions/tunnel.ts')).tunnel(...given),
};
