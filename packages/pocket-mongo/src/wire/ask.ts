import { connect } from "node:net";
import { decode } from "../bson/decode.ts";
import { encode } from "../bson/encode.ts";
import type { Doc } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { FrameReader } from "./frames.ts";
import { headerBytes, opcodes } from "./messages.ts";

/** Sends one command to a server of this machine and gives its reply; a reply that is not ok is thrown with its code. */
export async function askServer(port: number, command: Doc): Promise<Doc> {
  const message = await exchange(port, framed(command));
  const reply = decode(message, headerBytes + 5);
  if (reply.get("ok") === 1) return reply;
  const [code, text] = [reply.get("code"), reply.get("errmsg")];
  throw new PocketMongoError(typeof code === "number" ? code : "InternalError", String(text));
}

/** OP_MSG: no flags, one section of kind 0. */
function framed(command: Doc): Buffer {
  const document = encode(command);
  const head = Buffer.alloc(headerBytes + 5);
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(opcodes.message, 12);
  return Buffer.concat([head, document]);
}

function exchange(port: number, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const frames = new FrameReader();
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.on("data", (bytes: Buffer) => {
      for (const message of frames.push(bytes)) {
        resolve(Buffer.from(message));
        socket.destroy();
      }
    });
    socket.on("error", reject);
    // After a reply this changes nothing; before one the server has ended, and what it did is not known.
    socket.on("close", () =>
      reject(new PocketMongoError("Interrupted", "the server closed the connection without an answer")),
    );
  });
}
