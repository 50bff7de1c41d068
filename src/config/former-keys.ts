/** Keys of the tool that this one succeeds, with what to write now. */
const formerKeys: ReadonlyMap<string, string> = new Map([
  ['imageId', 'it is called `image` now'],
  ['machineCount', 'it is called `count` now'],
  ['sshUsername', 'it is called `username` now'],
  ['sshTimeout', 'it is called `timeouts: {reach: 8m}` now'],
  ['startTimeout', 'it is called `timeouts: {reach: 8m}` now'],
  ['createTimeout', 'it is called `timeouts: {reach: 8m}` now'],
  [
    'endpoints',
    'it is called `credentials` now: a name in a profile, a map at the top of config.yml',
  ],
  ['ec2Endpoint', 'it is called `endpoint` now, in an entry under `credentials:`'],
  ['iamEndpoint', 'remove it: only the EC2 endpoint is needed'],
  ['region', 'write it into an entry under `credentials:`'],
  [
    'accessKey',
    'write {env: NAME}, {file: PATH} or {command: "…"} as accessKey of an entry under `credentials:`',
  ],
  [
    'secretKey',
    'write {env: NAME}, {file: PATH} or {command: "…"} as secretKey of an entry under `credentials:`',
  ],
  ['keyName', 'remove it: every cluster has a key of its own'],
  ['volumeSize', 'remove it: the size of the root disk is that of the image'],
  ['chefRepo', 'remove it: there is no workspace'],
  ['application', 'remove it: the recipe is named on the command line'],
  ['operation', 'remove it: the operation is named on the command line'],
]);

/** What to write in place of a key of the former tool; undefined for any other key. */
export function explainFormerKey(key: string): string | undefined {
  return formerKeys.get(key);
}
