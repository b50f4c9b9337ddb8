import type { Response } from "express";

/** An error as RFC 9457 wants it. */
export function sendProblem(response: Response, status: number, code: string, title: string): void {
  response.status(status).type("application/problem+json").send(JSON.stringify({ title, status, code }));
}
