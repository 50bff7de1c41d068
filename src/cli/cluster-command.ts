import type { Command } from 'commander';
import {
  addClusterOptions,
  addJsonOption,
  addOutputOptions,
  addWorkspaceOptions,
} from './options.ts';

/** A new command about one cluster: it takes the recipe, what else chooses the cluster, and how to tell the result. */
export function clusterCommand(program: Command, name: string, about: string): Command {
  return addResultOptions(addClusterOptions(program.command(name).description(about)));
}

/** A new command that is about no cluster: it takes which files to work with, and how to tell the result. */
export function workspaceCommand(program: Command, name: string, about: string): Command {
  return addResultOptions(addWorkspaceOptions(program.command(name).description(about)));
}

/** Adds the options that say how to tell what happens and what came of it. */
export function addResultOptions(command: Command): Command {
  return addOutputOptions(addJsonOption(command));
}
