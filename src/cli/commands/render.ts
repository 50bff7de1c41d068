import { clusterCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { addWishOptions, commaList, type WishFlags, wishRequest } from '../options.ts';

interface RenderFlags extends WishFlags {
  readonly limit?: readonly string[];
}

/** Adds `render`. */
export function addRender({ program, actions, run }: CommandHost): void {
  const about = 'print every file that the nodes would get';
  addWishOptions(clusterCommand(program, 'render', about))
    .option('--limit <nodes>', 'only of these nodes, like 1,3 or role=server', commaList)
    .action((recipe: string, flags: RenderFlags) =>
      run(flags, {
        operation: 'render',
        telling: 'notices',
        act: (context) =>
          actions.render({ ...wishRequest(recipe, flags), nodes: flags.limit ?? [] }, context),
        print: ({ files }) =>
          files.flatMap(({ node, path, mode, content }) => [
            `── ${node}:${path} (${mode})`,
            content === null ? '(secret)' : content.trimEnd(),
            '',
          ]),
      }),
    );
}
