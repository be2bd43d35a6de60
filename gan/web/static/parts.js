// The parts of the page that most visitors open later or never: one script, fetched with the first of them (later.js).

import { mountGame } from "./game.js";
import { mountHistory } from "./history.js";
import { mountJudge } from "./judge.js";
import { mountWatch } from "./watch.js";

export const PARTS = { watch: mountWatch, game: mountGame, judge: mountJudge, history: mountHistory };
