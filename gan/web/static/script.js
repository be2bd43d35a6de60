// Scripts that are fetched when they are first needed.

const asked = new Map(); // address → the promise of the module
let tries = 0;

/** The module at an address, relative to the page. A failure is not kept: asked for again, it is fetched again (under
 * another name, since browsers remember what did not arrive). */
export function script(address) {
  if (!asked.has(address)) {
    const url = new URL(address, document.baseURI);
    if (tries) url.hash = tries;
    const found = import(url);
    asked.set(address, found);
    found.catch(() => {
      tries++;
      asked.delete(address);
    });
  }
  return asked.get(address);
}
