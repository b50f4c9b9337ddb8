import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Two entries: the console at `/` and the resident's page at `/my`; the API serves both from `dist`. */
export default defineConfig(async ({ command, isPreview }) => {
  // The in-memory API exists only for development servers and never enters a production bundle.
  const wantsFakeApi = (command === "serve" || isPreview) && process.env.HALLMETER_API === undefined;
  const fakeApi = wantsFakeApi ? [(await import("./src/testing/fake-api-plugin.ts")).fakeApiPlugin()] : [];
  const proxy =
    process.env.HALLMETER_API === undefined ? undefined : { "/api": { target: process.env.HALLMETER_API } };
  return {
    plugins: [react(), ...fakeApi],
    server: { proxy },
    preview: { proxy },
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
