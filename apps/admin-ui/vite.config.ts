import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const PACKED_KINDS = /\.(js|css|svg)$/;
const packAsBestItGoes = promisify(brotliCompress);

/** Once here instead of at each visit, and an eighth smaller than what a server has the time for. */
function packAssets(): Plugin {
  let folder = "";
  return {
    name: "hallmeter-pack-assets",
    apply: "build",
    configResolved: ({ root, build }) => {
      folder = resolve(root, build.outDir, build.assetsDir);
    },
    async closeBundle() {
      const files = (await readdir(folder)).filter((name) => PACKED_KINDS.test(name));
      await Promise.all(
        files.map(async (name) => {
          const content = await readFile(join(folder, name));
          const packed = await packAsBestItGoes(content, {
            params: {
              [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
              [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
            },
          });
          await writeFile(join(folder, `${name}.br`), packed);
        }),
      );
    },
  };
}

/**
 * Two entries: the console at `/` and the resident's page at `/my`; the API serves both from `dist`. A development server
 * stands in front of a running API: `HALLMETER_API=http://127.0.0.1:8080 npm run dev --workspace @hallmeter/admin-ui`.
 */
export default defineConfig(() => {
  const target = process.env.HALLMETER_API;
  const proxy = target === undefined ? undefined : { "/api": { target } };
  return {
    plugins: [
      react(),
      packAssets(),
      {
        name: "hallmeter-resident-page",
        configureServer: ({ middlewares }) => {
          middlewares.use((request, _response, next) => {
            if (request.url === "/my" || request.url?.startsWith("/my?")) request.url = "/my.html";
            next();
          });
        },
      },
    ],
    server: { proxy },
    build: {
      target: "es2022",
      sourcemap: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1600,
      // Inlined images would need `data:` in the content security policy.
      assetsInlineLimit: 0,
      rolldownOptions: { input: { console: "index.html", my: "my.html" } },
    },
  };
});
