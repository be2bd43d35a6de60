"""The page, its links and the plain HTTP routes beside it.

    query ─ links.read ─▶ Request ─ opening.open_link ─▶ generator, Request ─ pictures ─▶ pixels ─▶ PNG · GIF · WebP

A request (`requests`) is a table of parameters (`parameters`), written and read as a link (`links`). `opening` finds
its generator in the `model_store` and checks it; `pictures` draws and encodes it; `judge` reads what is drawn. Three
doors lead there: the plain `routes` (described by `openapi`), Gradio's `api`, and the `page`, whose `head` knows the
link that was opened. `serve` runs all of it: every request passes `limits` and `headers`, and the `queue` says whose
picture is drawn when, by what it will `cost`.
"""
