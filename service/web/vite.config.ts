// Two documents: the app, and the page that checks for itself. Nothing of one needs a looser policy for the other.
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2023",
    assetsInlineLimit: 0, // the policy allows no data: addresses
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { app: "index.html", check: "check.html" } },
  },
});
