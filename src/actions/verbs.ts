/** The program's verbs: no recipe may bear one of these names. */
export const verbs: readonly string[] = [
  ...['create', 'status', 'prove', 'destroy', 'execute', 'ssh', 'logs'],
  ...['list', 'check', 'render', 'config', 'doctor', 'cloud', 'help'],
];
