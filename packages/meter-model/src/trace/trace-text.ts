/** What frames and registers are called, for the pages that show a bus; apart from the rest, so that a small page stays small. */
export { frameText } from "./frame-text.ts";
export { registerText } from "./register-text.ts";
