import type { z } from 'zod';
import type { RecipeContent } from './content.ts';
import type { Param } from './params.ts';
import type { LifeEvent, QuorumRule } from './phase-schema.ts';
import type { RoleMapping, RoleSchema } from './role-schema.ts';
import type { RecipeDocument, RecipeHead } from './schema.ts';

/** A recipe that was checked: nothing is left in it that `check` would refuse. */
export interface Recipe {
  readonly name: string;
  readonly about: string;
  /** Systems it was made for, like `debian-12`. */
  readonly supports: readonly string[];
  readonly params: Readonly<Record<string, Param>>;
  readonly roles: Readonly<Record<string, Role>>;
  /** Other recipes that become part of the cluster. */
  readonly uses: readonly Use[];
  readonly recorded: RecipeHead['recorded'];
  readonly secrets: RecipeHead['secrets'];
  readonly phases: readonly Phase[];
  readonly proofs: readonly ProofSummary[];
  readonly file: string;
  /** The recipe's text with its templates; only the functions of `resolve*.ts` and `compose.ts` read it. */
  readonly content: RecipeContent;
}

/** A named group of nodes, with how many there may be. */
export type Role = z.infer<typeof RoleSchema>;

/** What a recipe says about another one that it uses. */
export interface Use {
  readonly recipe: Recipe;
  /** For each role of the used recipe, which nodes of the using one hold it. */
  readonly roles: Readonly<Record<string, RoleMapping>>;
  /** Names of the used recipe's parameters that are set here. */
  readonly params: readonly string[];
  /** Whether the services of the using recipe do not wait for those of the used one. */
  readonly alongside: boolean;
}

/** What is known of a phase before its templates are filled. */
export interface Phase {
  readonly name: string;
  readonly bake: boolean;
  /** Every role of the recipe when the phase names none. */
  readonly roles: readonly string[];
  readonly service: Service | undefined;
  /** An event that is absent has no rule of its own. */
  readonly events: Readonly<Partial<Record<LifeEvent, EventRule>>>;
}

/** The service that a phase starts and keeps current. */
export interface Service {
  readonly name: string;
  /** Names of the phases whose changes make a restart necessary. */
  readonly inputs: readonly string[];
  /** Names of the phases whose changes it takes in by a reload. */
  readonly reloads: readonly string[];
  readonly onChange: 'restart' | 'reload' | 'none';
  /** How many of its nodes must serve so that the service works; undefined when each stands for itself. */
  readonly quorum: QuorumRule | undefined;
  /** Role of the nodes that count for the quorum; undefined when all of its nodes do. */
  readonly voters: string | undefined;
  /** Whether members know each other by configuration only (`static`), or take new ones in by themselves. */
  readonly membership: 'static' | 'dynamic';
  /** A command that prints the version of what is installed, as a sample cluster fills it. */
  readonly version: string | undefined;
}

/** How one life event goes about its nodes. */
export interface EventRule {
  readonly mode: 'batched' | 'serial';
  /** How many nodes at once: a number, or a percentage like `25%`; all when undefined. */
  readonly batch: number | string | undefined;
}

/** What a proof shows, before it is filled. */
export type ProofSummary = Pick<RecipeDocument['proofs'][number], 'about' | 'class'>;
