/** The cloud's answer to one request. */
export interface CloudReply {
  readonly status: number;
  readonly body: string;
  /** Of the body; XML when it is left out. */
  readonly contentType?: string;
  /** The connection ends without an answer, although what was asked may have been done. */
  readonly isDropped?: boolean;
}
