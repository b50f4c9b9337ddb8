// A thread has no loader of its own: tsx strips the types here as it does for the program.
import { register } from "tsx/esm/api";

register();
await import("./drawing-thread.ts");
