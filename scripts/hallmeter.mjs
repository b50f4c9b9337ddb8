#!/usr/bin/env node
// The sources are TypeScript without a build step; tsx strips the types as they are loaded.
import { register } from "tsx/esm/api";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Hallmeter needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}
register();
await import("./hallmeter.ts");
