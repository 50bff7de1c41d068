import type { Filter } from '@aws-sdk/client-ec2';
import type { ClusterRef } from '../provider.ts';
import { tagNames } from './tags.ts';

/**
 * The name of what a cluster has once at its cloud: its security group. Its key pair is called the same, and where
 * nothing can be tagged while it is made the name alone says whose a thing is.
 */
export function nameFor({ name, uid }: ClusterRef): string {
  return `deployer-${name}-${uid.slice(0, 8)}`;
}

/** A filter by one tag. */
export function byTag(name: string, value: string): Filter {
  return { Name: `tag:${name}`, Values: [value] };
}

/** A filter for everything that carries a cluster's uid. */
export function byUid(uid: string): Filter {
  return byTag(tagNames.uid, uid);
}

/** A filter for what bears {@link nameFor} of a cluster, by the cloud's name for the property that holds it. */
export function byName(property: string, uid: string): Filter {
  return { Name: property, Values: [`deployer-*-${uid.slice(0, 8)}`] };
}

/** A filter that leaves out machines that are gone. */
export const notTerminated: Filter = {
  Name: 'instance-state-name',
  Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'],
};
