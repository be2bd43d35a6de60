// The page without a server.

import * as alone from "./alone.js";
import { composePage } from "./compose.js";
import { filesDrawnBy } from "./drawn_files.js";
import { query } from "./link.js";
import { modelOfQuery } from "./models.js";
import { workOffline } from "./offline.js";
import { openLink } from "./opened.js";
import { page } from "./page.js";
import { buildShell } from "./shell.js";
import { followAddress } from "./space.js";
import { say } from "./words.js";

Object.assign(page, openLink(location.search.slice(1), page.drawing));
document.title = say("title");
const parts = composePage(alone);
page.drawFile = filesDrawnBy(parts.pixels);
buildShell(document.getElementById("page"), parts);
followAddress(parts.store);
workOffline(parts);
// The tests compare the writer and the reader of links with Python's.
const read = (asked) => openLink(asked, modelOfQuery(page.models, asked));
Object.assign(page, { started: true, values: (kind) => parts.store.values(kind), query, read });
