import { extname, join } from "node:path";
import express, { type RequestHandler, Router } from "express";

const PACKED = ".br";
/** Names below /assets carry a hash of their content and never change. */
const FOR_EVER = { immutable: true, maxAge: "365d", index: false, redirect: false } as const;

/**
 * Scripts, styles and fonts of the built console: as the build packed them for whoever reads Brotli, else packed on the way. They
 * get none of a page's headers: of sixty files these would be a tenth of a first visit.
 */
export function assetsRouter(consoleDir: string): Router {
  const folder = join(consoleDir, "assets");
  const router = Router();
  router.use("/assets", (_request, response, next) => {
    response.set({ "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin" });
    next();
  });
  router.use("/assets", packedFiles(folder), express.static(folder, FOR_EVER));
  return router;
}

function packedFiles(folder: string): RequestHandler {
  const serve = express.static(folder, {
    ...FOR_EVER,
    setHeaders(response, path) {
      response
        .type(extname(path.slice(0, -PACKED.length)))
        .set("Content-Encoding", "br")
        .vary("Accept-Encoding");
    },
  });
  return (request, response, next) => {
    if (request.acceptsEncodings("br") !== "br") return next();
    const { url } = request;
    request.url = request.path + PACKED;
    serve(request, response, (error?: unknown) => {
      request.url = url;
      next(error);
    });
  };
}

/**
 * The pages of the built console are asked for again each time and answered 304. Addresses of the console itself all lead to its
 * page, those of the resident to `my.html`.
 */
export function consoleRouter(consoleDir: string): Router {
  const router = Router();
  router.use(
    express.static(consoleDir, {
      index: false,
      redirect: false,
      setHeaders: (response) => response.setHeader("Cache-Control", "no-cache"),
    }),
  );
  router.get(["/my", "/my/{*rest}"], page(consoleDir, "my.html"));
  router.get("/{*rest}", page(consoleDir, "index.html"));
  return router;
}

/** Only for a person's navigation: a script that asks for a file that is gone must see 404, not a page. */
function page(consoleDir: string, file: string): RequestHandler {
  return (request, response, next) => {
    const isNavigation =
      request.accepts(["html", "json"]) === "html" && !/^\/(api|assets)(\/|$)/.test(request.path);
    if (!isNavigation || /\.[a-z0-9]+$/i.test(request.path)) return next();
    response.locals.routePath = `/${file}`;
    response
      .set("Cache-Control", "no-cache")
      .sendFile(file, { root: consoleDir, cacheControl: false }, (error) => {
        // Whoever left before the page was there waits for no answer.
        if (error && !("code" in error && error.code === "ECONNABORTED")) next(error);
      });
  };
}
