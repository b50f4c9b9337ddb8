import { get, type IncomingHttpHeaders } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

/** What a Chromium says over plain HTTP on loopback. */
const ACCEPT_ENCODING = "gzip, deflate, br, zstd";

export interface Download {
  path: string;
  status: number;
  headers: IncomingHttpHeaders;
  /** Of the body, as it came over the wire. */
  wireBytes: number;
  /** Of the body, unpacked. */
  bytes: number;
}

/** One file as a browser gets it: not unpacked on the way, unlike with `fetch`. */
export async function download(
  origin: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Download & { text: string }> {
  const asked = { accept: "text/html,*/*", "accept-encoding": ACCEPT_ENCODING, ...headers };
  return new Promise((resolve, reject) => {
    get(new URL(path, origin), { headers: asked }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const wire = Buffer.concat(chunks);
        const body = unpacked(wire, response.headers["content-encoding"]);
        const { statusCode: status = 0, headers: answered } = response;
        resolve({
          ...{ path, status, headers: answered },
          ...{ wireBytes: wire.length, bytes: body.length, text: body.toString() },
        });
      });
    }).on("error", reject);
  });
}

function unpacked(wire: Buffer, encoding: string | undefined): Buffer {
  // Not modified: it names an encoding and has no body.
  if (encoding === undefined || wire.length === 0) return wire;
  if (encoding === "br") return brotliDecompressSync(wire);
  if (encoding === "gzip") return gunzipSync(wire);
  throw new RangeError(`no browser here reads ${encoding}`);
}

/**
 * Everything that a page names in itself: its entry, what that imports at once, styles and their fonts, icons, manifest. What the
 * entry imports later (the chosen language, the first room) only a browser knows.
 */
export async function firstVisit(origin: string, path: string): Promise<Download[]> {
  const page = await download(origin, path);
  const named = [...page.text.matchAll(/<(?:script|link)[^>]+(?:src|href)="(\/[^"]+)"/g)].map(
    ([, file = ""]) => file,
  );
  const files = await Promise.all([...new Set(named)].map((file) => download(origin, file)));
  const fonts = files
    .filter(({ headers }) => headers["content-type"]?.startsWith("text/css"))
    .flatMap(({ text }) => [...text.matchAll(/url\(["']?(\/[^"')]+)/g)].map(([, file = ""]) => file));
  return [page, ...files, ...(await Promise.all([...new Set(fonts)].map((file) => download(origin, file))))];
}
