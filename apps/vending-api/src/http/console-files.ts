import { join } from "node:path";
import express, { type RequestHandler, Router } from "express";

/**
 * The built console. Names below /assets carry a hash of their content and never change; pages are asked for again each time and
 * answered 304. Addresses of the console itself all lead to its page, those of the resident to `my.html`.
 */
export function consoleRouter(consoleDir: string): Router {
  const router = Router();
  router.use(
    "/assets",
    express.static(join(consoleDir, "assets"), {
      immutable: true,
      maxAge: "365d",
      index: false,
      redirect: false,
      fallthrough: true,
    }),
  );
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
        if (error) next(error);
      });
  };
}
