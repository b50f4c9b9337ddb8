import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { UnitId } from "@hallmeter/meter-model";
import { SimulatorError, type SimulatorErrorCode } from "../errors.ts";
import { listenOnLoopback } from "../reach/listen-on-loopback.ts";
import type { Listener } from "../reach/listener.ts";
import type { SiteControl } from "./site-core.ts";

interface Answer {
  status: number;
  body: unknown;
}

interface Route {
  method: "GET" | "POST" | "DELETE";
  /** Named groups are the parameters. */
  path: RegExp;
  handle: (control: SiteControl, parameters: Record<string, string | undefined>, body: unknown) => Answer;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const removed = (isRemoved: boolean): Answer =>
  isRemoved ? { status: 204, body: undefined } : { status: 404, body: { code: "not-found" } };

/** A number is a Modbus unit id; twelve digits are a DL/T 645 address. */
const unitIdOf = (text = ""): UnitId => (text.length === 12 ? text : Number(text));
const loopOf = (text: string | undefined) => (text === undefined ? 1 : Number(text));

const CIRCUIT = "/circuits/(?<busId>[^/]+)/(?<unitId>\\d+)(/loops/(?<loop>\\d+))?";
const ROUTES: readonly Route[] = [
  { method: "GET", path: /^\/circuits$/, handle: (control) => ok(control.truth()) },
  {
    method: "GET",
    path: new RegExp(`^${CIRCUIT}$`),
    handle: (control, { busId = "", unitId, loop }) =>
      ok(control.circuit(busId, unitIdOf(unitId), loopOf(loop))),
  },
  {
    method: "POST",
    path: new RegExp(`^${CIRCUIT}/appliances$`),
    // The site's own schema judges the body, in one place for all callers.
    handle: (control, { busId = "", unitId, loop }, body) => ({
      status: 201,
      body: {
        id: control.plugIn(
          busId,
          unitIdOf(unitId),
          body as Parameters<SiteControl["plugIn"]>[2],
          loopOf(loop),
        ),
      },
    }),
  },
  {
    method: "DELETE",
    path: new RegExp(`^${CIRCUIT}/appliances/(?<applianceId>.+)$`),
    handle: (control, { busId = "", unitId, loop, applianceId = "" }) =>
      removed(control.unplug(busId, unitIdOf(unitId), applianceId, loopOf(loop))),
  },
  {
    method: "POST",
    path: /^\/circuits\/(?<busId>[^/]+)\/(?<unitId>\d+)\/key$/,
    handle: (control, { busId = "", unitId }) => {
      control.pressKey(busId, unitIdOf(unitId));
      return { status: 204, body: undefined };
    },
  },
  { method: "GET", path: /^\/faults$/, handle: (control) => ok(control.faults()) },
  {
    method: "POST",
    path: /^\/faults$/,
    handle: (control, _parameters, body) => ({
      status: 201,
      body: { id: control.setFault(body as Parameters<SiteControl["setFault"]>[0]) },
    }),
  },
  {
    method: "DELETE",
    path: /^\/faults\/(?<id>[^/]+)$/,
    handle: (control, { id = "" }) => removed(control.takeFault(id)),
  },
];

const STATUS_OF: Partial<Record<SimulatorErrorCode, number>> = {
  "bus-unknown": 404,
  "circuit-unknown": 404,
  "request-invalid": 400,
};

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SimulatorError("request-invalid", "the body is not JSON", { cause });
  }
}

async function answerOf(control: SiteControl, request: IncomingMessage): Promise<Answer> {
  const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
  try {
    const body = await readJson(request);
    for (const { method, path, handle } of ROUTES) {
      const match = request.method === method ? path.exec(decodeURIComponent(pathname)) : null;
      if (match) return handle(control, { ...match.groups }, body);
    }
    return { status: 404, body: { code: "not-found" } };
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error;
    return { status: STATUS_OF[error.code] ?? 500, body: { code: error.code, detail: error.message } };
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** HTTP/JSON on 127.0.0.1 over a site's control. Throws "port-unavailable". */
export async function listenForControl(
  control: SiteControl,
  port: number,
): Promise<Listener & { port: number }> {
  const server = createServer((request, response) => {
    answerOf(control, request).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, { status: 500, body: { code: "internal", detail: String(error) } }),
    );
  });
  const listeningPort = await listenOnLoopback(server, port);
  return {
    port: listeningPort,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
