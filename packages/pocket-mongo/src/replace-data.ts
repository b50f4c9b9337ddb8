import { join } from "node:path";
import type { Site } from "./commands/dispatch.ts";
import { PocketMongoError } from "./errors.ts";
import { dataFile, isDataFile, replaceDataFile } from "./store/data-file.ts";

/**
 * After the change commands are refused a little longer, so that nobody writes into the new data what he worked out from the
 * old: 2 s is longer than a request of an application takes between its last read and its write.
 */
export const settlingMs = 2000;

/**
 * Has a running server go over to a data file checked beforehand. From the first moment on every command but the handshake is
 * refused with a retryable code; what was acknowledged before is in the old data, nothing lands half in each. When the new
 * file cannot be opened the old one comes back.
 */
export async function replaceData(
  site: Site,
  name: string,
  dropConnections: () => void,
  settled: (done: () => void) => void,
): Promise<void> {
  const { directory } = site.store;
  const fresh = join(directory, name, dataFile);
  if (!isDataFile(fresh)) throw new PocketMongoError("BadValue", `there is no data file in ${name}`);
  if (site.replacing) throw new PocketMongoError("LockBusy", "the data is being replaced already");
  site.replacing = true;
  try {
    site.cursors.closeAll();
    const { reopen } = await site.store.closeToReopen();
    let undo: () => void = () => undefined;
    try {
      ({ undo } = replaceDataFile(directory, fresh));
      site.store = reopen();
    } catch (error) {
      undo();
      site.store = reopen();
      throw error;
    }
  } finally {
    dropConnections();
    settled(() => {
      site.replacing = false;
    });
  }
}
