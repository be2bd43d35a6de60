// Without a network: sw.js, the service worker, keeps the site's files for the next visit.

import { say } from "./words.js";

const LATER = 1000; // milliseconds after the first picture: what is on the screen comes first

/** Keep the site for later visits, and tell when a newer version of it is here. */
export function workOffline({ store, notices }) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return; // an old browser, or a page that didn't come over HTTPS
  const mine = document.querySelector("meta[name=version]").content;
  let asked = false;
  store.subscribe("painted", () => {
    if (asked) return;
    asked = true;
    setTimeout(() => keep().catch(() => {}), LATER); // a frame of another site may be forbidden to keep anything
  });

  async function keep() {
    const visitedBefore = serviceWorker.controller !== null;
    const registration = await serviceWorker.register("./sw.js");
    compare();
    if (visitedBefore) await registration.update(); // browsers look for themselves, but when they like
  }

  // The worker may have been replaced since this page came from the one before.
  const compare = () => serviceWorker.controller?.postMessage("version");
  serviceWorker.addEventListener("controllerchange", compare);
  serviceWorker.addEventListener("message", ({ data }) => {
    if (data.version === mine) return;
    notices.tell("version", [say("newer_version")], { retry: () => location.reload(), action: say("reload") });
  });
}
