// The page's security policy refuses code made of text. zod would try it, be refused and go on without; told before its first schema, it
// does not try. The name is zod's own (zod/v4/core/core.js), where `config()` keeps its settings.
globalThis.__zod_globalConfig = { jitless: true };
