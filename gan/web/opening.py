"""A link opened: the generator that draws it, its request, and what is wrong with it; the same for page and routes."""

from anyio.to_thread import run_sync
from starlette.requests import Request as HttpRequest

from gan.errors import UserError
from gan.hub.errors import HubError
from gan.networks import Generator
from gan.web import links
from gan.web.histories import store_folders
from gan.web.model_store import ModelStore, NotReadyError, OtherWeightsError, UnknownModelError, name_of, pin
from gan.web.opening_wall import opening_wall
from gan.web.parameters import Problem
from gan.web.requests import Facts, Request


def raw_query(http: HttpRequest) -> str:
    """The query of a request over HTTP, as it was sent."""
    return http.scope["query_string"].decode("ascii", errors="replace")


def open_link(
    models: ModelStore, query: str, kind: type[Request] | None = None
) -> tuple[Generator, Request, list[Problem]]:
    """Who draws a link, its request, checked against that generator, and its problems.

    A link with problems is opened all the same, with the nearest valid values and, if its model is not here, with the
    generator that is served: that is what the page shows. A route refuses such a link. It never waits for the Hub: a
    model that is not here yet is a problem, and on its way from then on.

    Args:
        kind: what a route draws; None for the page's own address, which says itself what it shows.

    Returns:
        generator, request, problems. If the link's model is not here, that is the first problem.
    """
    page = kind is None
    request, problems = links.read(kind or links.page_kind(query), query, page=page)
    # Nobody can say who draws a link whose model cannot be read, nor whether it has classes. The page shows such a link
    # with a model all the same; a route need not look for one.
    nobody = not page and any(p.parameter in ("model", "weights", "query") for p in problems)
    generator, unavailable = models.served, []
    if not nobody:
        try:
            generator = models.get(request.model, request.weights, patience=0)
        except UserError as error:
            unavailable = [_unavailable(models, request, error)]
    if page and not links.names_anything(query):
        request = opening_wall(generator.weights)
    facts = Facts(
        model=name_of(generator),
        conditional=nobody or generator.conditional,
        histories=tuple(store_folders(models)) if page else None,
        page=page,
    )
    request, problems = request.check(facts, problems)
    return generator, request, unavailable + problems


async def open_patiently(
    models: ModelStore, query: str, kind: type[Request] | None
) -> tuple[Generator, Request, list[Problem]]:
    """`open_link` in a thread, since it may read files; a model that is being fetched is waited for a while, and no
    thread waits with it."""
    opened = await run_sync(open_link, models, query, kind, limiter=models.readers)
    if opened[2] and opened[2][0].code == "not_ready" and await models.arrival(opened[2][0].value):
        opened = await run_sync(open_link, models, query, kind, limiter=models.readers)
    return opened


def _unavailable(models: ModelStore, request: Request, error: UserError) -> Problem:
    """Why the model of a request is not here, as a problem of its link."""
    model = request.model or ""
    match error:
        case OtherWeightsError():
            here = pin(error.generator)
            return Problem(
                "weights", request.weights or "", "other_weights", {"model": here.model, "weights": here.weights}
            )
        case UnknownModelError():
            return Problem("model", model, "no_model", {"known": ", ".join(models.names())})
        case NotReadyError():
            return Problem("model", model, "not_ready")
        case HubError(unreachable=True):
            return Problem("model", model, "unreachable_model", {"error": str(error)})
    return Problem("model", model, "broken_model", {"error": str(error)})
