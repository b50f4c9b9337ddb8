import { wholeNumber } from "../bson/arithmetic.ts";
import { maxDocumentBytes } from "../bson/decode.ts";
import { keyText } from "../bson/key.ts";
import { doc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { largestMessageBytes } from "../wire/messages.ts";
import { mostStatements } from "./arguments.ts";
import type { Call, Command } from "./command.ts";
import { imitatedVersion, wireVersion } from "./server-status.ts";

function greeting(call: Call, connectionId: number) {
  return doc({
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    maxBsonObjectSize: maxDocumentBytes,
    maxMessageSizeBytes: largestMessageBytes,
    maxWriteBatchSize: mostStatements,
    localTime: call.now,
    logicalSessionTimeoutMinutes: 30,
    connectionId,
    minWireVersion: 0,
    maxWireVersion: wireVersion,
    readOnly: false,
    ok: 1,
  });
}

const helloArguments = [
  "helloOk",
  "client",
  "compression",
  "loadBalanced",
  "saslSupportedMechs",
  "speculativeAuthenticate",
  "hostInfo",
  "topologyVersion",
  "maxAwaitTimeMS",
  "backpressure",
  "internalClient",
  "hello",
  "ismaster",
  "isMaster",
];

/** No `topologyVersion` and no `compression`: the driver then polls plainly and sends no OP_COMPRESSED. */
export const hello: Command = {
  arguments: helloArguments,
  run: (call) => greeting(call, call.server.processId),
};

export const ping: Command = { arguments: [], run: () => doc({ ok: 1 }) };

export const buildInfo: Command = {
  arguments: [],
  run: () =>
    doc({
      version: imitatedVersion,
      versionArray: imitatedVersion.split(".").map(Number).concat(0),
      gitVersion: "pocket-mongo",
      modules: [],
      storageEngines: ["lmdb"],
      javascriptEngine: "none",
      bits: 64,
      debug: false,
      maxBsonObjectSize: maxDocumentBytes,
      ok: 1,
    }),
};

export const serverStatus: Command = {
  arguments: [
    "repl",
    "metrics",
    "locks",
    "mirroredReads",
    "wiredTiger",
    "tcmalloc",
    "opcounters",
    "network",
    "connections",
    "storageEngine",
    "transactions",
  ],
  run: (call) => {
    call.server.figures.cursorsOpen = call.cursors.count;
    return call.server.report(call.now, call.store.figures, call.store.pages());
  },
};

const parameters: Readonly<Record<string, Value>> = {
  featureCompatibilityVersion: doc({ version: imitatedVersion.split(".").slice(0, 2).join(".") }),
  authenticationMechanisms: [],
  requireApiVersion: false,
  enableTestCommands: false,
  transactionLifetimeLimitSeconds: 60,
};

export const getParameter: Command = {
  arguments: ["allParameters", ...Object.keys(parameters)],
  run: (call) => {
    const all = call.body.get("getParameter") === "*";
    const wanted = Object.keys(parameters).filter((name) => all || call.body.has(name));
    if (wanted.length === 0) throw new PocketMongoError("InvalidOptions", "no option found to get");
    return doc({ ...Object.fromEntries(wanted.map((name) => [name, parameters[name]])), ok: 1 });
  },
};

export const connectionStatus: Command = {
  arguments: ["showPrivileges"],
  run: () => doc({ authInfo: doc({ authenticatedUsers: [], authenticatedUserRoles: [] }), ok: 1 }),
};

function sessionsNamed(call: Call): Set<string> {
  const given = call.body.get(call.name);
  const sessions = Array.isArray(given) ? given : [];
  return new Set(sessions.map((one) => keyText(one instanceof Map ? (one.get("id") ?? null) : null)));
}

export const endSessions: Command = {
  arguments: [],
  run: (call) => {
    call.cursors.endSessions(sessionsNamed(call));
    return doc({ ok: 1 });
  },
};

/** The one parameter that can be set while running: how often TTL indexes are looked at. */
export const setParameter: Command = {
  arguments: ["ttlMonitorSleepSecs"],
  run: (call) => {
    const seconds = wholeNumber(call.body.get("ttlMonitorSleepSecs"));
    if (seconds === undefined || seconds < 1 || seconds > 3600) {
      throw new PocketMongoError("BadValue", "ttlMonitorSleepSecs must be a whole number from 1 to 3600");
    }
    call.server.setExpirySweep(seconds * 1000);
    return doc({ ok: 1 });
  },
};

/** Stops the server once this reply is on its way. Only from the admin database, as in MongoDB. */
export const shutdown: Command = {
  arguments: ["force", "timeoutSecs"],
  run: (call) => {
    if (call.database !== "admin")
      throw new PocketMongoError("Unauthorized", "shutdown may only be run against the admin database.");
    call.server.requestStop();
    return doc({ ok: 1 });
  },
};
