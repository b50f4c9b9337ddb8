import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Everything comes from this server. Styles may stand inline because the console's component library writes them at run time;
 * scripts may not. No upgrade to HTTPS: a building's server is often reached by its plain address.
 */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:", "blob:"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: "same-origin" },
    // Has no meaning without HTTPS; who terminates TLS in front of us decides.
    strictTransportSecurity: false,
    xFrameOptions: { action: "deny" },
  });
}
