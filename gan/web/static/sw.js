// The service worker of a page without a server. Its first line, written by gan/web/site.py, says what the site's files
// are: `self.SITE = { version, first, later }`, each file with the sha256 that it must have.
//
// A file's name changes with its content, and the page names its files: only the page itself could be of another version
// than its files. So a version is kept whole or not at all, and the page is kept only if it says that it is of this one.
// The version before stays for pages that are open still.

const { version, first, later } = self.SITE;
const { scope } = self.registration;
const OURS = `digits ${scope} `;
const HERE = OURS + version;
const VERSIONS = 2;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", ({ source }) => source.postMessage({ version }));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(scope)) return;
  const path = url.pathname.slice(new URL(scope).pathname.length);
  if (request.mode === "navigate" && (path === "" || path === "index.html")) event.respondWith(page(request));
  else if (path !== "" && !url.search) event.respondWith(file(request, path));
});

async function install() {
  const cache = await caches.open(HERE);
  try {
    await Promise.all(
      Object.keys(first).map(async (path) => cache.put(path, (await kept(path)) ?? (await whole(path)))),
    );
    await cache.put(scope, await thisPage());
  } catch (error) {
    await caches.delete(HERE);
    throw error;
  }
  await self.skipWaiting();
}

async function activate() {
  for (const old of (await ours()).slice(VERSIONS)) await caches.delete(old);
  await self.clients.claim();
}

async function page(request) {
  return (await (await caches.open(HERE)).match(scope)) ?? fetch(request);
}

async function file(request, path) {
  const found = await kept(path);
  if (found || !(path in later)) return found ?? fetch(request);
  try {
    const answer = await whole(path);
    await (await caches.open(HERE)).put(path, answer.clone());
    return answer;
  } catch {
    return fetch(request); // not whole, or no room for it: the page is told what there is
  }
}

/** A file as it must be. Its name stands for its content, so whatever copy the browser has will do, if it is whole. */
async function whole(path) {
  const integrity = first[path] ?? later[path];
  for (const cache of ["force-cache", "reload"]) {
    const answer = await fetch(path, { cache, integrity }).catch(() => null);
    if (answer?.ok) return answer;
  }
  throw new Error(`${path} is missing or not whole`);
}

async function thisPage() {
  const answer = await fetch(scope, { cache: "no-cache" });
  const html = await answer.text();
  if (!answer.ok || !html.includes(`content="${version}"`)) throw new Error("the page is of another version");
  return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

/** A file that this version or an older one has kept; undefined if none has. */
async function kept(path) {
  for (const name of await ours()) {
    const found = await (await caches.open(name)).match(path);
    if (found) return found;
  }
}

/** The names of our caches, the newest first. Others may have the same origin. */
async function ours() {
  return (await caches.keys()).filter((name) => name.startsWith(OURS)).reverse();
}
