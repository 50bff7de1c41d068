/** Names of nodes of one cluster in a row, the cluster's name once: `zookeeper-default-1, -2, -3`. */
export function joinNames(names: readonly string[]): string {
  return names.map((name, index) => (index === 0 ? name : shortName(name))).join(', ');
}

/** The end of a node's name that tells it from the others of its cluster, like `-2`. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('-'));
}
