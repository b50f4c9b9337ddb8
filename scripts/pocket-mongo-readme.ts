import { readFileSync, writeFileSync } from "node:fs";
import { withTables } from "../packages/pocket-mongo/src/refusals.ts";

/** Writes the lists of what the embedded store does and refuses into its README, from the tables that decide it. */
const readme = new URL("../packages/pocket-mongo/README.md", import.meta.url);
writeFileSync(readme, withTables(readFileSync(readme, "utf8")));
