import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";

/** How far a source of causes was looked through: `journal`, or `uses:<site>`. */
export interface NoticeMark {
  _id: string;
  value: string;
}

const markSchema = new Schema<NoticeMark>(
  { _id: { type: String, required: true }, value: { type: String, required: true } },
  { collection: "notice-marks", versionKey: false },
);

export const noticeMarkModel = (connection: Connection) =>
  boundModel<NoticeMark>(connection, "NoticeMark", markSchema);

/** Where to go on; `first` when nothing was looked through yet: what was before is nobody's news. */
export async function readMark(connection: Connection, id: string, first: string): Promise<string> {
  const marks = noticeMarkModel(connection);
  const known = await marks.findById(id).lean<NoticeMark | null>();
  if (known) return known.value;
  const mark = await marks
    .findOneAndUpdate(
      { _id: id },
      { $setOnInsert: { value: first } },
      { upsert: true, returnDocument: "after" },
    )
    .lean<NoticeMark>();
  return mark.value;
}

/** Marks only go forward, whoever was faster. */
export async function moveMark(connection: Connection, id: string, value: string): Promise<void> {
  await noticeMarkModel(connection).updateOne({ _id: id, value: { $lt: value } }, { $set: { value } });
}
