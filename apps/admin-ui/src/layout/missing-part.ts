const missing = new WeakSet<Error>();

/**
 * Listens for parts of the console that could not be fetched: the line failed, or an update took their files away. The browser and
 * React keep such a failure, so that only loading the console again helps.
 */
export function noteMissingParts(): void {
  window.addEventListener("vite:preloadError", ({ payload }) => missing.add(payload));
}

export const isMissingPart = (error: Error): boolean => missing.has(error);
