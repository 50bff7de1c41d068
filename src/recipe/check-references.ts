import type { SourceProblem } from '../errors.ts';
import { suggestion } from '../suggest.ts';
import type { YamlDocument, YamlPath } from '../yaml/parse.ts';
import { lifeEvents } from './phase-schema.ts';
import type { RecipeDocument } from './schema.ts';

/** One phase of a document with its name and place. */
interface NamedPhase {
  readonly name: string;
  readonly phase: RecipeDocument['phases'][number][string];
  readonly at: YamlPath;
}

/** What every cluster goes through, shown beside the recipe's own phases. */
const builtInPhases: ReadonlySet<string> = new Set([
  'setup',
  'fetch',
  'launch',
  'prove',
  'terminate',
]);

/** Everything in a well-formed recipe that contradicts something else in it, each at its place. */
export function checkReferences(
  recipe: RecipeDocument,
  document: YamlDocument,
): readonly SourceProblem[] {
  const problems: SourceProblem[] = [];
  const report = (path: YamlPath, message: string, hint: string): void => {
    problems.push({ location: document.locate(path), message, hint });
  };
  const phases: NamedPhase[] = recipe.phases.flatMap((entry, index) =>
    Object.entries(entry).map(([name, phase]) => ({ name, phase, at: ['phases', index, name] })),
  );
  for (const [index, each] of phases.entries()) {
    const earlier = phases.slice(0, index).map(({ name }) => name);
    if (earlier.includes(each.name)) {
      report(
        each.at.slice(0, 2),
        `there are two phases "${each.name}"`,
        'give one of them another name',
      );
    }
    if (builtInPhases.has(each.name)) {
      report(
        each.at.slice(0, 2),
        `"${each.name}" is a phase of every cluster`,
        'give it another name',
      );
    }
    checkRoles(each.phase, each.at, Object.keys(recipe.roles), report);
    checkService(each, earlier, Object.keys(recipe.roles), report);
  }
  for (const [index, proof] of recipe.proofs.entries()) {
    checkRoles(proof, ['proofs', index], Object.keys(recipe.roles), report);
    checkStop(proof, ['proofs', index], phases, report);
  }
  return problems;
}

type Report = (path: YamlPath, message: string, hint: string) => void;

function checkRoles(
  { roles = [] }: { readonly roles?: readonly string[] | undefined },
  at: YamlPath,
  known: readonly string[],
  report: Report,
): void {
  for (const [index, role] of roles.entries()) {
    if (known.includes(role)) continue;
    report([...at, 'roles', index], `there is no role "${role}"`, suggestion(role, known, 'roles'));
  }
}

/** What stops something says so, and what it stops can be seen to serve again. */
function checkStop(
  proof: RecipeDocument['proofs'][number],
  at: YamlPath,
  phases: readonly NamedPhase[],
  report: Report,
): void {
  const stop = 'stop' in proof ? proof.stop : undefined;
  if ((proof.class === 'disruptive') !== (stop !== undefined)) {
    const [message, hint] =
      stop === undefined
        ? ['it says nothing that is stopped', 'write stop: {service: NAME}']
        : ['what stops something is disruptive', 'write class: disruptive'];
    report([...at, 'class'], message, hint);
  }
  if (stop === undefined) {
    if ('after' in proof) {
      report([...at, 'after'], 'nothing is stopped before', 'write stop: {service: NAME}');
    }
    return;
  }
  const gated = phases.filter(
    ({ phase }) => phase.service !== undefined && phase.gate !== undefined,
  );
  const names = gated.flatMap(({ phase }) => phase.service?.name ?? []);
  if (names.includes(stop.service)) return;
  const hint = suggestion(stop.service, names, 'services with a gate');
  report([...at, 'stop', 'service'], `there is no service "${stop.service}" with a gate`, hint);
}

function checkService(
  { name, phase, at }: NamedPhase,
  earlier: readonly string[],
  roles: readonly string[],
  report: Report,
): void {
  if (phase.service === undefined) {
    for (const key of [...lifeEvents, 'gate'] as const) {
      if (phase[key] === undefined) continue;
      const hint =
        key === 'gate'
          ? 'it is asked of the nodes of a service before the work goes on'
          : 'it says how the service of this phase is started';
      report([...at, key], `"${key}" needs a service`, hint);
    }
    return;
  }
  for (const key of ['inputs', 'reloads'] as const) {
    for (const [index, input] of (phase.service[key] ?? []).entries()) {
      if (input === name || earlier.includes(input)) continue;
      const hint = suggestion(input, [...earlier, name], 'phases up to this one');
      report([...at, 'service', key, index], `there is no earlier phase "${input}"`, hint);
    }
  }
  const { voters, quorum } = phase.service;
  if (voters !== undefined && !roles.includes(voters)) {
    const hint = suggestion(voters, roles, 'roles');
    report([...at, 'service', 'voters'], `there is no role "${voters}"`, hint);
  }
  if (voters !== undefined && quorum === undefined) {
    report([...at, 'service', 'voters'], '"voters" needs a quorum', 'it says who counts for it');
  }
  if (phase.service.quorum !== undefined && phase.gate === undefined) {
    report(
      [...at, 'service', 'quorum'],
      '"quorum" needs a gate',
      'give the phase a gate: whoever passes it serves',
    );
  }
  if (phase.service.quorum !== undefined && phase.update?.mode === 'batched') {
    report(
      [...at, 'update', 'mode'],
      'members of a service that needs a quorum are updated one by one',
      'write mode: serial',
    );
  }
}
