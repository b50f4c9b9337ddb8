import type { Request, RequestHandler, Response, Router } from "express";
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import { sendProblem } from "../problem.ts";
import { isPassword } from "./password-hash.ts";
import { Sessions } from "./sessions.ts";
import { SignInLimit } from "./sign-in-limit.ts";

export interface Login {
  name: string;
  passwordHash: string;
}

const COOKIE = "hallmeter-gateway";
const signInSchema = z.strictObject({ login: z.string().max(80), password: z.string().max(200) });

function tokenOf(request: Request): string | undefined {
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const [name, value] = part.trim().split("=");
    if (name === COOKIE) return value;
  }
  return undefined;
}

function setCookie(request: Request, response: Response, token: string): void {
  // Served without TLS on a building's own network; behind a proxy that ends TLS the browser shall insist on it.
  const secure = request.headers["x-forwarded-proto"] === "https";
  response.cookie(COOKIE, token, { httpOnly: true, sameSite: "strict", path: "/", secure });
}

/** `POST /sign-in`, `POST /sign-out`, `GET /session`; answers what lets nobody else past it. */
export function addLogin(router: Router, login: Login, clock: Clock): RequestHandler {
  const sessions = new Sessions();
  const limit = new SignInLimit();
  const signedIn = (request: Request) => {
    const token = tokenOf(request);
    return token === undefined ? undefined : sessions.use(token, clock.nowMs());
  };

  router.post("/sign-in", async (request, response) => {
    const caller = request.socket.remoteAddress ?? "";
    const waitMs = limit.waitMs(caller, clock.nowMs());
    if (waitMs > 0) {
      response.set("Retry-After", String(Math.ceil(waitMs / 1000)));
      return sendProblem(response, 429, "too-many-tries", "Too many wrong passwords; wait a few minutes");
    }
    const given = signInSchema.safeParse(request.body);
    if (!given.success) return sendProblem(response, 400, "invalid", "login and password are needed");
    limit.tried(caller, clock.nowMs());
    // The name is looked at last: a wrong one takes as long as a wrong password.
    const isRight = await isPassword(given.data.password, login.passwordHash);
    if (!isRight || given.data.login !== login.name)
      return sendProblem(response, 401, "wrong-password", "Login or password is wrong");
    limit.succeeded(caller);
    setCookie(request, response, sessions.open(login.name, clock.nowMs()));
    response.json({ name: login.name });
  });
  router.post("/sign-out", (request, response) => {
    sessions.close(tokenOf(request) ?? "");
    response.clearCookie(COOKIE, { path: "/" }).status(204).end();
  });
  router.get("/session", (request, response) => {
    const name = signedIn(request);
    response.json({ name: name ?? null });
  });

  return (request, response, next) => {
    const name = signedIn(request);
    if (name === undefined) return sendProblem(response, 401, "unauthenticated", "Sign in");
    response.locals.technician = name;
    next();
  };
}
