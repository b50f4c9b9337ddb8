import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The technician's page; the gateway serves it from `dist`. */
export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", sourcemap: false, reportCompressedSize: false, assetsInlineLimit: 0 },
});
