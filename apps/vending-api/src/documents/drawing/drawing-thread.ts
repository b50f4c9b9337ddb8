/** Draws one document after the other. Its fonts are read once and stay. */
import { parentPort } from "node:worker_threads";
import { type PrintOrder, printDocument } from "../paper/print-document.ts";

export interface DrawingOrder {
  id: number;
  order: PrintOrder;
}

/** Bytes, or why there are none. */
export type Drawing = { id: number; bytes: Uint8Array } | { id: number; failure: string };

const port = parentPort;
if (!port) throw new Error("is a thread, not a program");

port.on("message", async ({ id, order }: DrawingOrder) => {
  port.postMessage(await draw(id, order));
});

async function draw(id: number, order: PrintOrder): Promise<Drawing> {
  try {
    return { id, bytes: await printDocument(order) };
  } catch (error) {
    return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
