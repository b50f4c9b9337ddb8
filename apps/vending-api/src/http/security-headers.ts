import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Everything comes from this server. Styles may stand inline because the console's component library writes them at run time;
 * scripts may not. Connections may also go to the desk's own computer, which has the card reader
 * (docs/decisions/card-reader-on-the-loopback.md); of all addresses CSP matches 127.0.0.1 alone (CSP Level 3, "host-part
 * matches"). No upgrade to HTTPS: a building's server is often reached by its plain address.
 */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: ["'self'", "http://127.0.0.1:*"],
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
