/** Cards without a server: what the command line needs of them. */
export { type CardWrite, MEMORY_BYTES, readSlots } from "./card-memory.ts";
export { type CardReader, fileCardReader, pcscCardReader, type Transmit } from "./card-reader.ts";
