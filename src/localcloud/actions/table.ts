import type { Action } from './action.ts';
import {
  rebootInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from './change-instances.ts';
import { getConsoleOutput } from './console-output.ts';
import { describeInstances } from './describe-instances.ts';
import { describeImages } from './images.ts';
import { describeInstanceTypes } from './instance-type-list.ts';
import { deleteKeyPair, describeKeyPairs, importKeyPair } from './key-pairs.ts';
import { runInstances } from './run-instances.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';

/** Every action that the cloud knows, by EC2's name for it. */
export const actions: ReadonlyMap<string, Action> = new Map([
  ['RunInstances', runInstances],
  ['DescribeInstances', describeInstances],
  ['TerminateInstances', terminateInstances],
  ['StopInstances', stopInstances],
  ['StartInstances', startInstances],
  ['RebootInstances', rebootInstances],
  ['GetConsoleOutput', getConsoleOutput],
  ['CreateTags', createTags],
  ['DeleteTags', deleteTags],
  ['DescribeTags', describeTags],
  ['ImportKeyPair', importKeyPair],
  ['DescribeKeyPairs', describeKeyPairs],
  ['DeleteKeyPair', deleteKeyPair],
  ['DescribeImages', describeImages],
  ['DescribeInstanceTypes', describeInstanceTypes],
]);
