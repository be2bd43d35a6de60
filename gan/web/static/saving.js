// Links that download a picture: from its address where there is a server, else drawn and encoded here when it is asked
// for (`page.drawFile`, see drawn_files.js).

import { el } from "./dom.js";
import { pictureUrl } from "./link.js";
import { page } from "./page.js";

/** Let a link save the picture that the server draws at `path` for a request, as a file called `file`. */
export function saveAs(link, file, path, kind, values) {
  link.download = file;
  if (!page.drawFile) {
    link.onclick = null;
    link.removeAttribute("role");
    link.href = pictureUrl(path, kind, values);
    return;
  }
  link.href = "#";
  link.setAttribute("role", "button");
  link.onclick = (event) => {
    event.preventDefault();
    save(link, file, path, values);
  };
}

async function save(link, file, path, values) {
  link.setAttribute("aria-busy", "true");
  try {
    const address = URL.createObjectURL(await page.drawFile(path, values));
    el("a", { href: address, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000); // browsers read it after the click
  } finally {
    link.removeAttribute("aria-busy");
  }
}
