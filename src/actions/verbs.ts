/** The program's verbs: no recipe may bear one of these names. */
export const verbs: readonly string[] = [
  ...['create', 'plan', 'drift', 'status', 'prove', 'destroy', 'execute', 'logs', 'tunnel'],
  ...['ssh', 'ssh-config'],
  ...['list', 'new', 'check', 'render', 'config', 'doctor', 'cloud', 'gc', 'help'],
];
