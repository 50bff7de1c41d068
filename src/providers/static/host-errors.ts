import { DeployerError } from '../../errors.ts';
import type { Sighting } from './sightings.ts';

/** Why a machine cannot be had, in words; null for one that is free. */
export function whyTaken(sighting: Sighting): string | null {
  const { host } = sighting;
  if ('error' in sighting) {
    const { message, hint } = sighting.error;
    const said = message.startsWith(host.id) ? message : `${host.id}: ${message}`;
    return hint === undefined ? said : `${said}\n  ${hint}`;
  }
  const { claim, worksFor } = sighting.sight;
  if (claim !== null) return `${host.id} is node ${claim.ordinal} of ${claim.cluster}`;
  return worksFor === null ? null : `${host.id} works for ${worksFor.cluster}`;
}

/** The error of a launch for which there are too few machines; nothing was touched. */
export function noFreeHosts(
  wanted: number,
  free: number,
  found: readonly Sighting[],
): DeployerError {
  const message = `${wanted} of the profile's hosts ${wanted === 1 ? 'is' : 'are'} needed, and ${free} can be had`;
  return new DeployerError('no-free-host', message, {
    excerpt: found.flatMap((each) => whyTaken(each) ?? []).join('\n'),
    hint: 'Put right what is wrong with them, or add hosts to the profile.',
  });
}

/** The error where not one machine can be worked on. */
export function nothingAnswers(found: readonly Sighting[]): DeployerError {
  const message = "none of the profile's hosts can be worked on";
  return new DeployerError('no-free-host', message, {
    excerpt: found.flatMap((each) => whyTaken(each) ?? []).join('\n'),
  });
}

/** The error of machines that are to be left and do not answer, or do not let us in: all that was put on them is still there. */
export function hostsSilent(found: readonly Sighting[]): DeployerError {
  const names = found.map(({ host }) => host.id).join(', ');
  return new DeployerError('host-silent', `${names} cannot be left as found`, {
    excerpt: found.flatMap((each) => whyTaken(each) ?? []).join('\n'),
    hint: found.some(({ host }) => host.isListed)
      ? "Run the same command again when it can be reached. If it is gone for good, take it off the profile's hosts first."
      : 'Run the same command again when it can be worked on. It counts as gone once nothing answers at its address.',
  });
}
