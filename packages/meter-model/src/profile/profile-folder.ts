import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { builtInProfiles } from "./built-in.ts";
import { type ProfileFiles, parseProfileFiles } from "./profile-file.ts";

/**
 * Not in the package's index, which browsers load too.
 * The users' own profiles, `*.json` in the folder, in the order of their names. A folder that is not there holds none.
 * @throws the file system's error when the folder cannot be read
 */
export function readProfileFolder(folder: string): ProfileFiles {
  if (!existsSync(folder)) return { profiles: [], errors: [] };
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map(({ name }) => name)
    .sort();
  const files = names.map((name) => {
    const path = join(folder, name);
    return { name: path, content: readFileSync(path, "utf8") };
  });
  return parseProfileFiles(files, builtInProfiles);
}
