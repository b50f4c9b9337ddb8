/** For tests only: writes growing numbers to the store of a directory and reports each on stdout once it is on disk. */
import { writeSync } from "node:fs";
import { openLmdbTables } from "../store/lmdb-tables.ts";

const tables = openLmdbTables(process.argv[2] ?? "");
for (let number = Number(tables.get("meta", "newest") ?? 0) + 1; ; number += 1) {
  await tables.write([
    { table: "meta", key: "newest", value: number },
    { table: "events", key: number, value: { number } },
  ]);
  writeSync(1, `${number}\n`);
}
