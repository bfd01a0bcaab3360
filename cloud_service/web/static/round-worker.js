// Keeps the pages of a round and what they are drawn with, so that they open where there is no network.
const KEPT = "reading-round-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const fromNetwork = async (request) => {
  const answer = await fetch(request);
  if (answer.ok && !answer.redirected) (await caches.open(KEPT)).put(request, answer.clone());
  return answer;
};

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const path = new URL(url).pathname;
  if (method !== "GET" || !(path.startsWith("/rounds") || path.startsWith("/static/"))) return;
  event.respondWith(fromNetwork(event.request).catch(async () => (await caches.match(event.request)) ?? Response.error()));
});
