// A control sets a parameter: the nearest value that can be shown is wished for, and what it is not is told.

import { nearestTogether, nearestValue } from "./nearest.js";
import { togglePlane } from "./walk.js";

/** Set a parameter of a request as a control asks for it; what is only half typed changes nothing. */
export function setParameter({ store, failures }, kind, name, asked) {
  const values = store.values(kind);
  const nearest = nearestValue(kind, name, asked);
  if (nearest === null || asked === values[name]) return;
  const set =
    name === "plane"
      ? togglePlane(values, asked) // its key frames change with it
      : { ...values, [name]: nearest.value, ...(kind === "digits" ? { open: null } : {}) };
  const together = nearestTogether(kind, set, name);
  // A field that is being typed in keeps what is typed until it is left.
  const byControl = name !== "plane" && together.problems.length === 0;
  if (!byControl || nearest.value !== values[name]) store.change(kind, together.values, { byControl });
  failures.adjusted([...nearest.problems, ...together.problems]);
}
