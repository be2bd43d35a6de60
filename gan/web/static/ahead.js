// The first picture, asked for before there is a place for it.

import { places } from "./numbers.js";
import { limits } from "./page.js";

/** The same source of pixels, whose first digits are asked for at once: Gradio still builds the page around them. Any
 * number of columns will do. `took` of that picture is how many milliseconds it took to come. */
export function ahead(source, values) {
  const since = performance.now();
  const columns = values.ten ? limits.classes : Math.ceil(Math.sqrt(places(values)));
  let first = source.drawDigits(values, columns).then((picture) => ({ ...picture, took: performance.now() - since }));
  first.catch(() => {}); // told by the panel that waits for it
  return {
    ...source,
    drawDigits(wish, wanted) {
      const picture = (wish === values ? first : null) ?? source.drawDigits(wish, wanted);
      first = null;
      return picture;
    },
  };
}
