// A link's query, taken apart.

/** Names and values, in order. A leading ? would be dropped by itself, and is a part of the first name here as it is in
 * Python. Mail programs forward & as &amp;, which is read as it was meant. */
export function parsed(query) {
  const given = [...new URLSearchParams(`&${query}`)];
  return new URLSearchParams(given.map(([name, value]) => [name.replace(/^(amp;)+/, ""), value]));
}
