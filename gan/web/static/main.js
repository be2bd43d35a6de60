// The page in Gradio, with a server behind it.

import { composePage } from "./compose.js";
import { showEarly } from "./early.js";
import { connectGradio } from "./gradio.js";
import { reopenWhenThere } from "./model.js";
import { page } from "./page.js";
import * as server from "./server.js";

const parts = composePage(server);
if (parts.store.active === "digits") showEarly(parts);
reopenWhenThere(parts.store);
connectGradio(parts);
page.go();
