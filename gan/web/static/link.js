// The writer of links in the browser. The table of parameters comes from gan/web/links.py, whose writer it must equal
// (tested).

import { page } from "./page.js";

const DRAWN = new Set(["digits", "walk", "text"]); // kinds that a generator draws

/** The query of a request: what names the picture always, the rest where it is not the default. */
export function query(kind, values, { forPage = false, pinned = true } = {}) {
  const all = { ...values, ...(pinned ? page.pin : {}) };
  return page.parameters[kind]
    .filter((p) => (forPage ? p.page : p.picture))
    .map((p) => [p, written(all[p.name]) ?? (p.always ? "" : null)]) // an emptied field is sent, and refused
    .filter(([p, text]) => text !== null && (p.always || text !== p.default))
    .map(([p, text]) => `${p.name}=${escaped(text)}`)
    .join("&");
}

/** A value as links write it; null if there is none. */
export function written(value) {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((v) => v ?? "-").join(",");
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toFixed(4)));
  return String(value);
}

// The characters of our values that need no escape are those that Python's writer leaves, too.
function escaped(text) {
  return encodeURIComponent(text)
    .replace(/%20/g, "+")
    .replace(/%2C/g, ",")
    .replace(/%3A/g, ":")
    .replace(/%2F/g, "/")
    .replace(/%40/g, "@")
    .replace(/[()]/g, (bracket) => (bracket === "(" ? "%28" : "%29"));
}

/** The address to give away: of the page that brings back exactly this state; of the training, where what draws was
 * trained in this tab, for no link holds its weights. */
export function permalink(kind, values) {
  return page.own && DRAWN.has(kind) ? stateLink("watch", page.own.watch) : stateLink(kind, values);
}

// The app's own address, also inside a Space's frame.
function stateLink(kind, values) {
  const url = new URL(location.href);
  url.hash = "";
  url.search = query(kind, values, { forPage: true });
  return url.href;
}

/** The address of this state for this visitor alone: the one that was opened may choose a theme. */
export function ownLink(kind, values) {
  const url = new URL(stateLink(kind, values));
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("__") && name !== "__sign") url.search += `&${name}=${encodeURIComponent(value)}`;
  }
  return url.href;
}

/** A picture's absolute address. */
export function pictureUrl(path, kind, values) {
  return new URL(`${path}?${query(kind, values)}`, document.baseURI).href;
}
