import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { type AnswerExtras, emptyOf, noContent, ok } from "../http/answer.ts";
import { type RequestContext, type Route, route } from "../http/route.ts";
import { ACCESS_TOKEN_LIFETIME_S, issueAccessToken } from "./access-token.ts";
import { assertStrong } from "./add-user.ts";
import { countLoginAttempt, forgiveLoginAttempt } from "./login-limit.ts";
import { hashPassword, MAX_PASSWORD_LENGTH, verifyPassword } from "./password.ts";
import { presentUser, userAnswer } from "./present-user.ts";
import { readRefreshToken } from "./refresh-token.ts";
import { endSession, endSessionsOf, type LiveSession, rotateSession, startSession } from "./sessions.ts";
import { type User, userModel } from "./user.model.ts";
import { newPasswordField } from "./user-fields.ts";
import { homeSiteOf } from "./user-rules.ts";

export const REFRESH_COOKIE = "hallmeter_refresh";
const COOKIE_PATH = "/api/v1/auth";

const signedInAnswer = z
  .object({ accessToken: z.string(), expiresInS: z.int(), user: userAnswer })
  .meta({ id: "SignedIn" });

/** What is checked in place of a password hash when there is no such user, so that both take equally long. */
const NOBODY = hashPassword("nobody has this password");

export function authRoutes(deps: Deps): Route[] {
  const { connection, secrets } = deps;
  const sessionDeps = ({ now }: RequestContext) => ({ connection, jwtSecret: secrets.jwtSecret, now });

  const signedIn = (user: User, session: LiveSession, request: RequestContext) => {
    const claims = { userId: user._id, sessionId: session.sessionId, sessionEpoch: user.sessionEpoch };
    return ok(
      {
        accessToken: issueAccessToken(claims, secrets.jwtSecret, request.now),
        expiresInS: ACCESS_TOKEN_LIFETIME_S,
        user: presentUser(user),
      },
      refreshCookie(session.refreshToken, session.idleEndsAt, request),
    );
  };

  return [
    route({
      method: "post",
      path: "/auth/login",
      tag: "Authentication",
      summary: "Sign in with login and password",
      access: "public",
      body: z.strictObject({
        login: z.string().trim().min(1).max(64),
        password: z.string().min(1).max(MAX_PASSWORD_LENGTH),
      }),
      answers: { 200: signedInAnswer },
      problems: ["wrong-credentials", "too-many-attempts"],
      async handle(request) {
        const login = request.body.login.toLowerCase();
        const attempt = { login, address: request.remoteAddress, now: request.now };
        await countLoginAttempt(connection, attempt);
        const user = await userModel(connection).findOne({ login }).lean<User | null>();
        const isRight = await verifyPassword(user?.passwordHash ?? (await NOBODY), request.body.password);
        if (!user || !isRight || user.status !== "active") {
          request.log.warn({ login, remoteAddress: request.remoteAddress }, "login refused");
          throw new ApiError("wrong-credentials");
        }
        await forgiveLoginAttempt(connection, attempt);
        return signedIn(
          user,
          await startSession(user._id, startedFrom(request), sessionDeps(request)),
          request,
        );
      },
    }),
    route({
      method: "post",
      path: "/auth/refresh",
      tag: "Authentication",
      summary: "Exchange the refresh cookie for a new access token",
      description: `The cookie \`${REFRESH_COOKIE}\` rotates with each call; one that was replaced before ends the session.`,
      access: "public",
      answers: { 200: signedInAnswer },
      problems: ["unauthenticated", "refresh-reused"],
      async handle(request) {
        const session = await rotateSession(request.cookies[REFRESH_COOKIE] ?? "", sessionDeps(request));
        const user = await userModel(connection).findById(session.userId).lean<User | null>();
        if (user?.status !== "active") throw new ApiError("unauthenticated", "The account is disabled");
        return signedIn(user, session, request);
      },
    }),
    route({
      method: "post",
      path: "/auth/logout",
      tag: "Authentication",
      summary: "End this session",
      access: "public",
      answers: { 204: emptyOf("The session has ended, or there was none") },
      async handle(request) {
        const token = readRefreshToken(request.cookies[REFRESH_COOKIE] ?? "", secrets.jwtSecret);
        if (token) await endSession(token.sessionId, "logout", sessionDeps(request));
        return noContent(refreshCookie("", new Date(0), request));
      },
    }),
    route({
      method: "post",
      path: "/auth/password",
      tag: "Authentication",
      summary: "Change your own password; every other session ends",
      access: "signed-in",
      body: z.strictObject({
        currentPassword: z.string().min(1).max(MAX_PASSWORD_LENGTH),
        newPassword: newPasswordField,
      }),
      answers: { 200: signedInAnswer },
      problems: ["wrong-credentials", "password-too-weak", "too-many-attempts"],
      async handle(request) {
        const { caller, now, body } = request;
        const attempt = { login: caller.login, address: request.remoteAddress, now };
        await countLoginAttempt(connection, attempt);
        const users = userModel(connection);
        const before = await users.findById(caller.id).lean<User | null>();
        if (!before || !(await verifyPassword(before.passwordHash, body.currentPassword))) {
          throw new ApiError("wrong-credentials", "The current password is wrong");
        }
        assertStrong(body.newPassword, before.login, "newPassword");
        await forgiveLoginAttempt(connection, attempt);
        const user = await users
          .findOneAndUpdate(
            { _id: caller.id, passwordHash: before.passwordHash },
            { $set: { passwordHash: await hashPassword(body.newPassword) }, $inc: { sessionEpoch: 1 } },
            { returnDocument: "after" },
          )
          .lean<User | null>();
        if (!user) throw new ApiError("conflict");
        await endSessionsOf(user._id, { connection, now });
        const subject = { resource: "users", id: user._id };
        await recordAudit(deps, {
          request,
          siteId: homeSiteOf(user),
          action: "users.change-password",
          subject,
        });
        return signedIn(
          user,
          await startSession(user._id, startedFrom(request), sessionDeps(request)),
          request,
        );
      },
    }),
  ];
}

/** An IPv4 address comes in the dress of IPv6 (RFC 4291, 2.5.5.2) where a server listens to both. */
const startedFrom = ({ remoteAddress, header }: RequestContext) => ({
  address: remoteAddress.replace(/^::ffff:/i, ""),
  program: header("user-agent"),
});

/** SameSite=Strict and this path keep it out of every request that is not about the session itself. */
function refreshCookie(value: string, expires: Date, { secure }: RequestContext): AnswerExtras {
  const options = { httpOnly: true, sameSite: "strict", secure, path: COOKIE_PATH, expires } as const;
  return { cookies: [{ name: REFRESH_COOKIE, value, options }] };
}
