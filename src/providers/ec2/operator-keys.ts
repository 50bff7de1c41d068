/**
 * User data that lets further public keys log in: `#cloud-config` for cloud-init, which every cloud's stock
 * image runs. The part after the first line is JSON, which is YAML.
 * @see https://cloudinit.readthedocs.io/en/latest/reference/modules.html#ssh
 */
export function userDataFor(operatorKeys: readonly string[]): string | undefined {
  if (operatorKeys.length === 0) return undefined;
  return `#cloud-config\n${JSON.stringify({ ssh_authorized_keys: operatorKeys })}\n`;
}
