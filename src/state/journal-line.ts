import { z } from 'zod';
import { seal, unseal } from './seal.ts';
import { damagedState, tooNewState } from './state-errors.ts';

const journalVersion = 1;

/** Something the program does outside of itself that must be neither forgotten nor done twice. */
export const EffectSchema = z.strictObject({
  kind: z.enum([
    'launch',
    'terminate',
    'import-key',
    'start',
    'bundle',
    'delete-key',
    'open-network',
    'unprotect',
    'sweep',
  ]),
  /** What the cloud or the node knows the effect by: the same token again is the same effect. */
  token: z.string().min(1),
  /** The whole request, to be sent again verbatim. Plain JSON, and never a secret in it. */
  request: z.unknown(),
});

/** An outside effect, as journalled before it is sent. */
export type Effect = z.infer<typeof EffectSchema>;

/** How an effect ended; `ok: false` says that it is certain not to have happened. */
export interface Outcome {
  readonly ok: boolean;
  /** What is worth keeping of the answer; plain JSON, no secrets. */
  readonly detail?: unknown;
}

const common = { version: z.literal(journalVersion), seq: z.int().positive(), time: z.string() };

const LineSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...common, type: z.literal('begin'), run: z.string(), effect: EffectSchema }),
  z.strictObject({
    ...common,
    type: z.literal('end'),
    run: z.string(),
    /** The `seq` of what ended. */
    begin: z.int().positive(),
    outcome: z.strictObject({ ok: z.boolean(), detail: z.unknown() }).partial({ detail: true }),
  }),
  /** Stands for everything up to its `seq`, all of it ended, which is no longer kept. */
  z.strictObject({ ...common, type: z.literal('compacted') }),
]);

const VersionSchema = z.object({ version: z.int().min(journalVersion) });

/** One line of the journal. */
type JournalLine = z.infer<typeof LineSchema>;

/** A line without what every line has. */
export type JournalLineBody = JournalLine extends infer Line
  ? Line extends JournalLine
    ? Omit<Line, 'version'>
    : never
  : never;

/** The text of a line, with its checksum and line end. */
export function formatLine(body: JournalLineBody): string {
  return `${seal({ version: journalVersion, ...body })}\n`;
}

/** The complete lines of a journal, and how many bytes they take: what follows was cut while being written. */
export interface JournalContent {
  readonly lines: readonly JournalLine[];
  readonly bytes: number;
}

/**
 * The journal's lines. What follows the last line end was never acknowledged to anyone, so it does not count.
 *
 * @throws {DeployerError} `state-damaged` when a complete line is not as it was written, `state-too-new`.
 */
export function parseJournal(content: Buffer, file: string): JournalContent {
  const bytes = content.lastIndexOf('\n') + 1;
  const texts = content.subarray(0, bytes).toString('utf8').split('\n').slice(0, -1);
  const lines = texts.map((text, index) => parseLine(text, `${file}:${index + 1}`));
  lines.forEach((line, index) => {
    const previous = lines[index - 1];
    if (previous !== undefined && previous.seq >= line.seq) throw damaged(`${file}:${index + 1}`);
  });
  return { lines, bytes };
}

function parseLine(text: string, place: string): JournalLine {
  const body = unseal(text);
  if (body === undefined) throw damaged(place);
  const parsed = LineSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  // The checksum is right, so somebody meant it: a program that knows more than this one.
  const version = VersionSchema.safeParse(body).data?.version;
  if (version === undefined) throw damaged(place);
  throw tooNewState(place, version > journalVersion ? `version ${version}` : 'an unknown entry');
}

function damaged(place: string): Error {
  return damagedState(
    `the journal is damaged at ${place}: the line is not as it was written`,
    'Put a good copy back, or move the file away: what is under way is then found again by its tags.',
  );
}
