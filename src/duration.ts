const millisecondsPer = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/** How a duration is written in YAML, for messages. */
export const durationForm = 'a duration like 500ms, 60s, 5m or 1h';

/** Milliseconds of a duration written like `500ms`, `60s`, `1.5m` or `1h`; undefined when `text` is not one. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = durationPattern.exec(text) ?? [];
  if (amount === undefined || !isUnit(unit)) return undefined;
  return Math.round(Number(amount) * millisecondsPer[unit]);
}

/** The shortest exact spelling of `ms` that {@link parseDuration} reads back to the same number. */
export function formatDuration(ms: number): string {
  const unit = (['h', 'm', 's'] as const).find(
    (each) => ms > 0 && ms % millisecondsPer[each] === 0,
  );
  return unit === undefined ? `${ms}ms` : `${ms / millisecondsPer[unit]}${unit}`;
}

function isUnit(text: string | undefined): text is keyof typeof millisecondsPer {
  return text !== undefined && Object.hasOwn(millisecondsPer, text);
}
