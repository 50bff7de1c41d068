import { cloudDirectory, imagesDirectory as imagesOf } from '../../src/localcloud/names.ts';

/** The images of this computer's usual cloud, so that only the very first run of all has to make one. */
export const imagesDirectory = imagesOf(cloudDirectory(process.env), process.env);

/** Whether this computer can have machines of the local cloud, and this process may make them. */
export const canHaveMachines = process.platform === 'linux' && process.getuid?.() === 0;
