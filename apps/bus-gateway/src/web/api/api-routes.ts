import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type NextFunction, type Request, type Response, Router } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import { isGatewayError } from "../../errors.ts";
import type { ShownFrame } from "../frames/bus-frames.ts";
import { sendProblem } from "../problem.ts";
import { busView } from "./bus-view.ts";
import { circuitRow, circuitView } from "./circuit-view.ts";
import { type BundleSources, diagnosticBundle } from "./diagnostic-bundle.ts";
import { eventLog } from "./event-log.ts";
import { variantFinder } from "./find.ts";
import { readMeter } from "./meter-reading.ts";
import { RELAY_TEST_REFUSALS, type RelayTests } from "./relay-tests.ts";
import type { ScanRuns } from "./scan-runs.ts";

export interface ApiOptions extends BundleSources {
  clock: Clock;
  logger: Logger;
  scans: ScanRuns;
  relayTests: RelayTests;
}

const EVENTS_SHOWN = 200;
/** Frames are sent together: a page need not be drawn anew for each. Range 50–500 ms. */
const FRAMES_EVERY_MS = 200;
/** Proxies close a stream that says nothing. */
const SIGN_OF_LIFE_MS = 15_000;

const scanSchema = z
  .strictObject({ from: z.int().min(1).max(247), to: z.int().min(1).max(247) })
  .refine(({ from, to }) => from <= to, "from is beyond to");
const relayTestSchema = z.strictObject({ confirm: z.string().max(200) });
const eventsSchema = z.object({
  circuitId: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(EVENTS_SHOWN),
});

/** What the technician's page asks for. */
export function apiRoutes(options: ApiOptions): Router {
  const { control, store, frames, scans, relayTests: tests, clock, logger } = options;
  const router = Router();
  const findBus = (id: unknown) => control.buses.find((bus) => bus.id === id);
  const findCircuit = (id: unknown) => control.circuits.find((circuit) => circuit.id === id);
  const unknown = (response: Response, what: string) =>
    sendProblem(response, 404, "not-found", `There is no such ${what}`);
  const inBackground = (work: Promise<void>, what: string) =>
    work.catch((error: unknown) => logger.error({ err: error }, what));

  router.use((_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });

  router.get("/overview", (_request, response) => {
    response.json(overview(options));
  });

  router.get("/circuits/:id", (request, response) => {
    const circuit = findCircuit(request.params.id);
    if (!circuit) return unknown(response, "circuit");
    response.json({
      ...circuitView(circuit, control),
      relayTest: tests.of(circuit.id),
      relayTestRefusal: tests.refusal(circuit),
    });
  });

  router.get("/circuits/:id/meter", async (request, response) => {
    const circuit = findCircuit(request.params.id);
    if (!circuit) return unknown(response, "circuit");
    response.json(await readMeter(circuit));
  });

  router.post("/circuits/:id/relay-test", (request, response) => {
    const circuit = findCircuit(request.params.id);
    if (!circuit) return unknown(response, "circuit");
    const { confirm } = relayTestSchema.parse(request.body);
    if (confirm !== circuit.config.name)
      return sendProblem(response, 400, "not-confirmed", "Type the circuit's name to confirm");
    const refusal = tests.refusal(circuit);
    if (refusal) return sendProblem(response, 409, refusal, RELAY_TEST_REFUSALS[refusal]);
    void inBackground(tests.run(circuit, String(response.locals.technician)), "a relay test failed");
    response.status(202).json(tests.of(circuit.id));
  });

  router.get("/events", (request, response) => {
    response.json(eventLog(store, eventsSchema.parse(request.query)));
  });

  router.get("/buses/:id/frames", (request, response) => {
    const bus = findBus(request.params.id);
    if (!bus) return unknown(response, "bus");
    response.set({ "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" }).flushHeaders();
    let waiting: ShownFrame[] = [];
    const stop = frames.follow(bus.id, variantFinder(bus), (told) => waiting.push(...told));
    const flush = () => {
      if (waiting.length > 0) response.write(`data: ${JSON.stringify(waiting)}\n\n`);
      waiting = [];
    };
    flush();
    const flushing = setInterval(flush, FRAMES_EVERY_MS);
    const living = setInterval(() => response.write(": here\n\n"), SIGN_OF_LIFE_MS);
    response.on("close", () => {
      stop();
      clearInterval(flushing);
      clearInterval(living);
    });
  });

  router.get("/buses/:id/scan", (request, response) => {
    const bus = findBus(request.params.id);
    if (!bus) return unknown(response, "bus");
    response.json(scans.of(bus.id));
  });

  router.post("/buses/:id/scan", (request, response) => {
    const bus = findBus(request.params.id);
    if (!bus) return unknown(response, "bus");
    const { from, to } = scanSchema.parse(request.body);
    if (scans.of(bus.id)?.state === "running")
      return sendProblem(response, 409, "scan-running", "A scan of this bus is under way");
    const unitIds = Array.from({ length: to - from + 1 }, (_, n) => from + n);
    void inBackground(scans.run(bus, unitIds), "a scan failed");
    response.status(202).json(scans.of(bus.id));
  });

  router.post("/buses/:id/scan/stop", (request, response) => {
    scans.stop(request.params.id);
    response.json(scans.of(request.params.id));
  });

  router.get("/diagnostics", async (_request, response) => {
    const nowMs = clock.nowMs();
    const body = await promisify(gzip)(JSON.stringify(diagnosticBundle(options, nowMs)));
    const name = `hallmeter-gateway-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(":", "-")}.json.gz`;
    response.set("Content-Disposition", `attachment; filename="${name}"`).type("application/gzip").send(body);
  });

  router.use((_request, response) => unknown(response, "thing"));
  router.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    if (error instanceof z.ZodError)
      return sendProblem(response, 400, "invalid", error.issues[0]?.message ?? "not understood");
    if (isGatewayError(error)) return sendProblem(response, 503, error.code, error.message);
    next(error);
  });
  return router;
}

function overview({ control, store, uplink, startedAt }: ApiOptions) {
  return {
    startedAt,
    gatewayId: control.config?.gatewayId ?? null,
    timeZone: control.config?.timeZone ?? null,
    uplink: uplink.status(),
    outbox: store.outbox.size(),
    alarms: control.alarms.raised(),
    commandsWaiting: control.commands.waiting,
    buses: control.buses.map(busView),
    circuits: control.circuits.map(circuitRow),
  };
}
export type Overview = ReturnType<typeof overview>;
