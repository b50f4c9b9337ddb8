import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

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
