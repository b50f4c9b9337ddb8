import { fileURLToPath } from "node:url";
import { MongoMemoryServer } from "mongodb-memory-server";
import mongoose from "mongoose";
import { afterAll, beforeAll, expect, test } from "vitest";

// mongodb-memory-server and mongoose, both unmodified, against the executable itself.
let server: MongoMemoryServer;
let connection: mongoose.Connection;

beforeAll(async () => {
  const systemBinary = fileURLToPath(new URL("../bin/pocket-mongod.mjs", import.meta.url));
  server = await MongoMemoryServer.create({ binary: { systemBinary } });
  connection = await mongoose.createConnection(server.getUri("memory")).asPromise();
});

afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

test("mongoose models, their unique indexes and countDocuments work", async () => {
  const Tenant = connection.model(
    "Tenant",
    new mongoose.Schema({ name: { type: String, unique: true }, balance: Number }),
  );
  await Tenant.init();
  await Tenant.create({ name: "Ada", balance: 5 });
  await expect(Tenant.create({ name: "Ada" })).rejects.toMatchObject({
    code: 11000,
    keyPattern: { name: 1 },
    keyValue: { name: "Ada" },
  });
  const changed = await Tenant.findOneAndUpdate(
    { name: "Ada", balance: 5 },
    { $inc: { balance: 2 } },
    { returnDocument: "after" },
  ).lean();
  expect(changed?.balance).toBe(7);
  expect(await Tenant.countDocuments({ balance: { $gt: 6 } })).toBe(1);
});

test("a collection that is not there is an error with MongoDB's name for it", async () => {
  await expect(connection.collection("nowhere").indexes()).rejects.toMatchObject({
    code: 26,
    codeName: "NamespaceNotFound",
  });
});
