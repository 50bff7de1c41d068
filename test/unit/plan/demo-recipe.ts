/** What a test may say about the service of the demo recipe, each as it stands in the recipe. */
export interface DemoRules {
  /** More keys of the service, like `quorum: majority`. */
  readonly service?: string;
  /** Rules of life events, by their name. */
  readonly rules?: Readonly<Record<string, string>>;
  /** More phases behind those of the service. */
  readonly more?: string;
}

/** A recipe with one role, whose service `demo` has the phase `configure` as its input and `install` before that. */
export function demoRecipe({ service = '', rules = {}, more = '' }: DemoRules = {}): string {
  const events = Object.entries(rules).map(([event, rule]) => `      ${event}: ${rule}\n`);
  const extra = service === '' ? '' : `, ${service}`;
  return `recipe: demo
about: for tests
supports: [debian-12]
roles:
  server: {count: 3}
phases:
  - install:
      steps:
        - package: [demo]
  - configure:
      steps:
        - file: {path: /etc/demo, content: demo}
  - start:
      service: {name: demo, inputs: [configure]${extra}}
${events.join('')}      gate: {probe: {command: serves}}
${more}`;
}
