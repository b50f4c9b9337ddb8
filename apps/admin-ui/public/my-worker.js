/**
 * Lets the resident's page open without a network: the page itself is asked for first and kept, files whose names carry a hash are
 * kept for good. Answers of the API are never kept: an old balance must not look like a new one.
 */
const CACHE = "hallmeter-my-1";
const PAGE = "/my";
/** A build has about a dozen files; those of old builds leave first. */
const MOST_FILES = 60;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.add(PAGE))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function fromNetworkFirst(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(PAGE, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

async function fromCacheFirst(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (!answer.ok) return answer;
  await cache.put(request, answer.clone());
  const files = (await cache.keys()).filter(({ url }) => new URL(url).pathname !== PAGE);
  for (const old of files.slice(0, -MOST_FILES)) await cache.delete(old);
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(fromNetworkFirst(request));
  else if (pathname.startsWith("/assets/") || pathname.startsWith("/icons/"))
    event.respondWith(fromCacheFirst(request));
});
