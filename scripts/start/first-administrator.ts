import { addUser, connect, EVERY_SITE, ensureIndexes } from "@hallmeter/vending-api";

/** The one user that no other user can add: an administrator of every site, written straight into the store. */
export async function addFirstAdministrator(
  mongoUri: string,
  { login, password }: { login: string; password: string },
  at: Date,
): Promise<void> {
  const connection = await connect(mongoUri);
  try {
    await ensureIndexes(connection);
    await addUser(
      connection,
      { login, password, name: "Administrator", roles: ["administrator"], siteIds: [EVERY_SITE] },
      at,
    );
  } finally {
    await connection.close();
  }
}
