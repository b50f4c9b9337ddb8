import { connect } from "node:net";
import { type Db, MongoClient } from "mongodb";
import { Random } from "../random.ts";
import type { ServerProcess } from "../server-process.ts";
import { endsOnBoundary, errorIn, isLastReply, lastFrame, repliesIn } from "./frames.ts";
import { mutatedFrame } from "./mutate.ts";

/** A server that has not closed a half-closed connection after this long hangs. It takes milliseconds. */
const mostMsToClose = 20_000;
/** MongoDB's InternalError: what the server answers to a failure that its code did not foresee. */
const internalError = 1;
const atOnce = 16;
const framesBetweenChecks = 1000;
/**
 * Anonymous memory may swing with V8's heap, which collects when it likes: growth counts from the first check, when the
 * code is compiled and the heap has its size.
 */
const mostGrowthKiB = 96 * 1024;

export type FuzzResult = { readonly frames: number; readonly answered: number; readonly growthKiB: number };

/**
 * Sends mutated frames. Throws, with the seed, when the server crashes, hangs, grows, answers with a failure it did not
 * foresee, or stops to serve a driver.
 */
export async function fuzzServer(server: ServerProcess, seed: number, frames: number): Promise<FuzzResult> {
  const random = new Random(seed);
  const client = await MongoClient.connect(server.uri);
  let answered = 0;
  let sent = 0;
  let memoryAtFirstKiB: number | undefined;
  let growthKiB = 0;
  try {
    while (sent < frames) {
      const batch = Math.min(framesBetweenChecks, frames - sent);
      answered += await sendBatch(server.port, random, batch);
      sent += batch;
      if (!server.isRunning) throw new Error("the server is gone");
      await expectService(client.db("health"));
      // Names made by mutation become databases: rightly so, but they are no growth to look for.
      for (const { name } of (await client.db("admin").admin().listDatabases({ nameOnly: true })).databases)
        await client.db(name).dropDatabase();
      const memoryKiB = server.anonymousMemoryKiB;
      memoryAtFirstKiB ??= memoryKiB;
      if (memoryKiB !== undefined && memoryAtFirstKiB !== undefined) growthKiB = memoryKiB - memoryAtFirstKiB;
    }
    if (growthKiB > mostGrowthKiB) throw new Error(`the server grew by ${Math.round(growthKiB / 1024)} MiB`);
    return { frames: sent, answered, growthKiB };
  } catch (error) {
    throw new Error(`seed ${seed}, after ${sent} frames: ${(error as Error).message}`, { cause: error });
  } finally {
    await client.close();
  }
}

async function sendBatch(port: number, random: Random, frames: number): Promise<number> {
  const waiting: Buffer[][] = [];
  for (let left = frames; left > 0; ) {
    const together = Math.min(left, random.whole(1, 3));
    waiting.push(random.list(together, together, () => mutatedFrame(random)));
    left -= together;
  }
  let answered = 0;
  const work = async (): Promise<void> => {
    for (let group = waiting.pop(); group; group = waiting.pop())
      if (await converse(port, group)) answered += 1;
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return answered;
}

/**
 * Sends the frames and a ping. The server must answer the ping or close the connection; where a length was mutated so that it
 * waits for more, it must close once no more can come. Tells whether the ping was answered.
 */
function converse(port: number, frames: readonly Buffer[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const sent = Buffer.concat([...frames, lastFrame]);
    let received = Buffer.alloc(0);
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`a connection hung on ${sent.toString("hex").slice(0, 4000)}`));
    }, mostMsToClose);
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      if (repliesIn(received).some(isLastReply)) socket.destroy();
    });
    // A reset is an answer too: the server may close while more is on its way.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      const replies = repliesIn(received);
      const unforeseen = replies.map(errorIn).find((error) => error?.code === internalError);
      if (unforeseen) reject(new Error(`${unforeseen.message}, on ${sent.toString("hex").slice(0, 4000)}`));
      else resolve(replies.some(isLastReply));
    });
    if (endsOnBoundary(sent)) socket.write(sent);
    else socket.end(sent);
  });
}

async function expectService(database: Db): Promise<void> {
  const collection = database.collection<{ _id: number; beat: number }>("beats");
  await collection.updateOne({ _id: 1 }, { $inc: { beat: 1 } }, { upsert: true, maxTimeMS: mostMsToClose });
  if ((await collection.findOne({ _id: 1 }))?.beat === undefined) throw new Error("a write was not stored");
}
