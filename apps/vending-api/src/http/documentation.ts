import { createRequire } from "node:module";
import { dirname } from "node:path";
import express, { Router } from "express";
import { ERROR_CODES } from "../errors.ts";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hallmeter API</title>
<link rel="icon" href="./assets/favicon-32x32.png">
<link rel="stylesheet" href="./assets/swagger-ui.css">
</head>
<body>
<main id="document"></main>
<script src="./assets/swagger-ui-bundle.js"></script>
<script src="./start.js"></script>
</body>
</html>
`;

/** Where the `type` of every problem leads. */
function problemsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { status, failureClass, title }]) =>
      `<tr id="${code}"><th scope="row">${code}</th><td>${status}</td><td>${title}</td><td>${WHAT_TO_DO[failureClass]}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Problems of the Hallmeter API</title></head>
<body>
<main>
<h1>Problems</h1>
<table>
<thead><tr><th scope="col">code</th><th scope="col">status</th><th scope="col">meaning</th><th scope="col">what to do</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</main>
</body>
</html>
`;
}

const WHAT_TO_DO = {
  transient: "Send the same request again, with the same Idempotency-Key.",
  ambiguous: "Find out what happened before anything else; the same Idempotency-Key is safe.",
  permanent: "Tell a person.",
} as const;

/** swagger-ui sets styles inline and draws its arrows from data: images; everything else is ours and local. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The readable documentation: swagger-ui from node_modules, no word to anybody else's server. */
export function documentationRouter(documentUrl: string): Router {
  const start = `SwaggerUIBundle(${JSON.stringify({ url: documentUrl, dom_id: "#document", deepLinking: true, validatorUrl: null })});\n`;
  const assets = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  const router = Router({ strict: true });
  router.use((_request, response, next) => {
    response.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    next();
  });
  router.get("/", (request, response) => {
    // Relative addresses below need the slash.
    if (!request.originalUrl.split("?")[0]?.endsWith("/")) response.redirect(308, `${request.baseUrl}/`);
    else response.type("html").send(PAGE);
  });
  router.get("/start.js", (_request, response) => {
    response.type("js").send(start);
  });
  const problems = problemsPage();
  router.get("/problems", (_request, response) => {
    response.type("html").send(problems);
  });
  router.use("/assets", express.static(assets, { index: false, maxAge: "1d", redirect: false }));
  return router;
}
