/** What matters of a machine when one is chosen. */
interface Choosable {
  readonly zone: string;
}

/**
 * Machines for so many nodes: in the order in which they are listed, but from the zone first that has the fewest nodes,
 * so that a zone that fails takes as few members of an ensemble with it as can be.
 * @param taken zones of the nodes that there are already
 */
export function chooseHosts<H extends Choosable>(
  free: readonly H[],
  count: number,
  taken: readonly string[],
): readonly H[] {
  const chosen: H[] = [];
  const left = [...free];
  while (chosen.length < count && left.length > 0) {
    const zones = [...taken, ...chosen.map(({ zone }) => zone)];
    const nodesIn = (host: H) => zones.filter((zone) => zone === host.zone).length;
    const fewest = Math.min(...left.map(nodesIn));
    const at = left.findIndex((host) => nodesIn(host) === fewest);
    chosen.push(...left.splice(at, 1));
  }
  return chosen;
}
