import type { ClusterModel } from '../../../../src/plan/model.ts';
import type { ComponentPhase } from '../../../../src/recipe/composition.ts';
import { modelOfText } from '../../plan/model-of.ts';

/** The recipe of {@link ensemble}. */
export const ensembleText = `recipe: demo
about: for tests
supports: [debian-12]
params:
  port: {type: integer, default: 80, about: port}
roles:
  server: {count: 3}
phases:
  - start:
      service: {name: demo, quorum: majority}
      join: {mode: serial, gate: {probe: {command: joined}}}
      update: {mode: serial, order: {probe: {command: "role {{params.port}}"}, last: leader}}
      gate: {probe: {command: "serves {{params.port}}"}}
  - unwatched: {service: {name: unwatched}}
`;

/** An ensemble of so many nodes whose service says who serves and who leads; another service says nothing. */
export function ensemble(count: number, port = 80): Promise<ClusterModel> {
  return modelOfText(ensembleText, count, { settings: { port } });
}

/** The phase with this name. */
export function phaseOf({ composition }: ClusterModel, name: string): ComponentPhase {
  const phase = composition.phases.find((each) => each.name === name);
  if (phase === undefined) throw new Error(`there is no phase ${name}`);
  return phase;
}
