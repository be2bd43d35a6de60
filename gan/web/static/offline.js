// Without a network: sw.js, the service worker, keeps the site's files for the next visit.

import { say } from "./words.js";

const LATER = 1000; // milliseconds after the first picture: what is on the screen comes first

/** Keep the site for later visits, and tell when a newer version of it is here. */
export function workOffline({ store, notices }) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return; // an old browser, or a page that didn't come over HTTPS
  let asked = false;
  store.subscribe("painted", () => {
    if (asked) return;
    asked = true;
    // A frame of another site may be forbidden to keep anything.
    setTimeout(() => serviceWorker.register("./sw.js").catch(() => {}), LATER);
  });
  if (!serviceWorker.controller) return;
  serviceWorker.addEventListener("controllerchange", () => {
    notices.tell("version", [say("newer_version")], { retry: () => location.reload(), action: say("reload") });
  });
}
