import type { NoticeLevel } from '../events.ts';

/** Something the user should be told, returned with a result instead of being printed. */
export interface StateNotice {
  readonly level: NoticeLevel;
  readonly message: string;
  readonly hint?: string;
}
