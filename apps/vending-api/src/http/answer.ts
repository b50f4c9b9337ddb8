import type { CookieOptions } from "express";
import { z } from "zod";

/**
 * What a route may answer, per status: a zod schema for a JSON body, or one of the shapes below. Outgoing bodies pass through
 * their schema, so a field that the contract does not name never leaves the house.
 */
export type AnswerShape = z.ZodType | PageShape | EventStreamShape | BinaryShape | DownloadShape | EmptyShape;

export interface PageShape<Row extends z.ZodType = z.ZodType> {
  readonly shape: "page";
  readonly row: Row;
}
export interface EventStreamShape {
  readonly shape: "event-stream";
  readonly description: string;
}
export interface BinaryShape {
  readonly shape: "binary";
  readonly contentType: string;
}
export interface DownloadShape {
  readonly shape: "download";
  readonly contentType: string;
}
export interface EmptyShape {
  readonly shape: "empty";
  readonly description: string;
}

export type AnswerStatus = 200 | 201 | 202 | 204 | 304;
export type AnswerTable = { readonly [S in AnswerStatus]?: AnswerShape };

/** A list: JSON array of rows with Content-Range. */
export const pageOf = <Row extends z.ZodType>(row: Row): PageShape<Row> => ({ shape: "page", row });
/** text/event-stream. */
export const eventStreamOf = (description: string): EventStreamShape => ({
  shape: "event-stream",
  description,
});
/** A document, e.g. application/pdf. */
export const binaryOf = (contentType: string): BinaryShape => ({ shape: "binary", contentType });
/** A file that is written while it is sent, e.g. text/csv. */
export const downloadOf = (contentType: string): DownloadShape => ({ shape: "download", contentType });
/** No body. */
export const emptyOf = (description: string): EmptyShape => ({ shape: "empty", description });

export function isSchema(shape: AnswerShape): shape is z.ZodType {
  return shape instanceof z.ZodType;
}

export interface AnswerExtras {
  headers?: Readonly<Record<string, string>>;
  cookies?: readonly { name: string; value: string; options: CookieOptions }[];
}

export interface JsonAnswer<Status extends AnswerStatus, Body> extends AnswerExtras {
  kind: "json";
  status: Status;
  body: Body;
}
export interface PageAnswer<Row> extends AnswerExtras {
  kind: "page";
  status: 200;
  body: readonly Row[];
  /** Index of the first row within the whole list. */
  from: number;
  total: number;
}
/** One open stream. Writes after the end are ignored. */
export interface EventSink {
  /** `data` is sent as JSON. Without `event` it is a plain `message`. */
  send(message: { id?: string; event?: string; data: unknown }): void;
  /** Ends the stream; the client comes back by itself. */
  end(): void;
  readonly ended: boolean;
}
export interface StreamAnswer extends AnswerExtras {
  kind: "stream";
  status: 200;
  /** Called once the headers are out; what it returns is called once when the stream ended, whoever ended it. */
  open(sink: EventSink): () => void;
}
export interface BinaryAnswer extends AnswerExtras {
  kind: "binary";
  status: 200;
  contentType: string;
  bytes: Uint8Array;
  /** As offered by the browser's save dialogue. */
  fileName?: string;
}
export interface DownloadAnswer extends AnswerExtras {
  kind: "download";
  status: 200;
  contentType: string;
  fileName: string;
  /** Asked for the next only when the client took the last; returned from early when it leaves. */
  chunks: AsyncIterable<string>;
}
export interface EmptyAnswer<Status extends AnswerStatus> extends AnswerExtras {
  kind: "empty";
  status: Status;
}

export type Answer =
  | JsonAnswer<AnswerStatus, unknown>
  | PageAnswer<unknown>
  | StreamAnswer
  | BinaryAnswer
  | DownloadAnswer
  | EmptyAnswer<AnswerStatus>;

/** The answers that a handler with this table may give. */
export type AnswerFor<Table extends AnswerTable> = {
  [S in keyof Table & AnswerStatus]: Table[S] extends PageShape<infer Row>
    ? PageAnswer<z.input<Row>>
    : Table[S] extends EventStreamShape
      ? StreamAnswer
      : Table[S] extends BinaryShape
        ? BinaryAnswer
        : Table[S] extends DownloadShape
          ? DownloadAnswer
          : Table[S] extends EmptyShape
            ? EmptyAnswer<S>
            : Table[S] extends z.ZodType
              ? JsonAnswer<S, z.input<Table[S]>>
              : never;
}[keyof Table & AnswerStatus];

export const ok = <Body>(body: Body, extras: AnswerExtras = {}): JsonAnswer<200, Body> => ({
  kind: "json",
  status: 200,
  body,
  ...extras,
});
export const created = <Body>(body: Body, extras: AnswerExtras = {}): JsonAnswer<201, Body> => ({
  kind: "json",
  status: 201,
  body,
  ...extras,
});
export const accepted = <Body>(body: Body, extras: AnswerExtras = {}): JsonAnswer<202, Body> => ({
  kind: "json",
  status: 202,
  body,
  ...extras,
});
export const noContent = (extras: AnswerExtras = {}): EmptyAnswer<204> => ({
  kind: "empty",
  status: 204,
  ...extras,
});
export const notModified = (extras: AnswerExtras = {}): EmptyAnswer<304> => ({
  kind: "empty",
  status: 304,
  ...extras,
});
export const page = <Row>(rows: readonly Row[], at: { from: number; total: number }): PageAnswer<Row> => ({
  kind: "page",
  status: 200,
  body: rows,
  from: at.from,
  total: at.total,
});
export const stream = (open: StreamAnswer["open"]): StreamAnswer => ({ kind: "stream", status: 200, open });
export const download = (
  contentType: string,
  fileName: string,
  chunks: AsyncIterable<string>,
): DownloadAnswer => ({ kind: "download", status: 200, contentType, fileName, chunks });
export const binary = (contentType: string, bytes: Uint8Array, fileName?: string): BinaryAnswer => ({
  kind: "binary",
  status: 200,
  contentType,
  bytes,
  fileName,
});
