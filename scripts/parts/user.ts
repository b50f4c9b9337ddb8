import { text } from "node:stream/consumers";
import { addUser, connect, EVERY_SITE, ensureIndexes } from "@hallmeter/vending-api";
import { openStore } from "./with-store.ts";

export interface AddUserOptions {
  login: string;
  name: string;
  role: string;
  site?: string[];
  json?: boolean;
}

/** `hallmeter user add`: the password comes from standard input, so that it stands in no process list or shell history. */
export async function addUserFromTerminal(
  options: AddUserOptions,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<void> {
  const password = (await text(process.stdin)).trimEnd();
  const store = await openStore(env);
  const connection = await connect(store.uri);
  try {
    await ensureIndexes(connection);
    const user = await addUser(
      connection,
      {
        login: options.login,
        name: options.name,
        password,
        // addUser judges the role like every other field.
        roles: [options.role] as Parameters<typeof addUser>[1]["roles"],
        siteIds: options.site ?? [EVERY_SITE],
      },
      new Date(),
    );
    const { _id: id, login, name, roles, siteIds } = user;
    print(
      options.json
        ? JSON.stringify({ id, login, name, roles, siteIds })
        : `added ${login} (${roles.join(", ")})`,
    );
  } finally {
    await connection.close();
    await store.close();
  }
}
