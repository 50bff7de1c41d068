import { broadcast } from '../views/broadcast.ts';
import { chooseView, showsColor, type ViewFlags } from '../views/choose-view.ts';
import { eventsView } from '../views/events-view.ts';
import { nodeOutputView } from '../views/node-output-view.ts';
import { plainView } from '../views/plain-view.ts';
import { silentView, type View } from '../views/view.ts';
import type { Session } from './session.ts';

/** How a verb tells what happens: rows that count, only what the user should notice, or that beside the output of nodes. */
export type Telling = 'rows' | 'notices' | 'node-output';

/** The views that the streams, the environment and the flags ask for, as one. */
export async function openView(
  session: Session,
  flags: ViewFlags,
  telling: Telling,
): Promise<View> {
  const progress = await openProgress(session, flags, telling);
  if (telling !== 'node-output' || flags.json) return broadcast([progress]);
  const { stdout: output, stderr: errors, env } = session;
  return broadcast([progress, nodeOutputView({ output, errors, color: showsColor(output, env) })]);
}

async function openProgress(session: Session, flags: ViewFlags, telling: Telling): Promise<View> {
  const { stderr, env, clock } = session;
  const kind = chooseView(stderr, env, flags);
  const color = showsColor(stderr, env);
  if (kind === 'silent') return silentView;
  if (kind === 'events') return eventsView(stderr);
  const plain = plainView({ output: stderr, color, clock });
  if (telling !== 'rows') return noticesOnly(plain);
  if (kind === 'plain') return plain;
  const { terminalView } = await import('../views/terminal-view.ts');
  return terminalView({ screen: stderr, color, clock });
}

/** A view for verbs whose result tells everything else. */
function noticesOnly(view: View): View {
  return {
    handle: (event) => {
      if (event.type === 'notice') view.handle(event);
    },
    close: () => view.close(),
  };
}
