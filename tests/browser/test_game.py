"""Real or drawn?: the visitor is the discriminator."""

import re

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gan.networks import Discriminator, Generator
from gan.web.digits import unseen_digits
from gan.web.discriminators import as_input, logits_alone, reference
from tests.browser.test_generate import expect_query, query
from tests.web.engine.rounds import COUNT, Round, rounds

READY = "[data-state=ready]"
ENDED = "[data-state=ended]"
KEYS = ("ArrowLeft", "ArrowRight")
WRONG = {2, 5, 11, 12, 13, 19}  # rounds that are answered wrongly


def start(page: Page) -> None:
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector("[data-round='0']")


def play(page: Page, game: list[Round]) -> None:
    """Answer all rounds by keys, those of WRONG wrongly."""
    for i, one in enumerate(game):
        page.wait_for_selector(f"[data-round='{i}']")
        page.keyboard.press(KEYS[one.answer ^ (i in WRONG)])
    page.wait_for_selector(ENDED)


def row(page: Page, name: str) -> list[str]:
    """The cells of a row of the ending's table."""
    cells = page.get_by_role("row", name=re.compile(f"^{name} ")).get_by_role("cell")
    return [" ".join(cell.locator("span").all_inner_texts()) for cell in cells.all()]


def share(right: int, of: int) -> str:
    return f"{right} of {of} {100 * right / of:.0f} %"


def logits(game: list[Round]) -> list[float]:
    """What modern's discriminator says of the digits of a game."""
    generator, discriminator = Generator.from_pretrained("modern"), Discriminator.from_pretrained("modern")
    real, _ = unseen_digits()
    digits = [digit for one in game for digit in one.digits]
    images = [
        torch.from_numpy(real[d["place"]]) if d["real"] else generator.sample([d["seed"]], [d["digit"]])[0]
        for d in digits
    ]
    beside = torch.tensor(reference(generator).beside)
    with torch.inference_mode():
        found = logits_alone(
            discriminator, beside, as_input(torch.stack(images)), torch.tensor([d["digit"] for d in digits])
        )
    return found.tolist()


def test_a_whole_game_by_keys_is_counted_against_the_truth_and_becomes_a_link(open_page, trained_url) -> None:
    page = open_page(f"{trained_url}?game=7", ready=READY)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    game = rounds(7)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-round='0']")
    assert "score" not in query(page)
    page.keyboard.press(KEYS[game[0].answer])
    truth = ("it was real", "it was drawn")[game[0].answer]
    expect(page.locator("#game-status")).to_have_text(f"1 of 20 · Right: {truth}.")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()
    start(page)
    play(page, game)

    expect(page.get_by_role("heading", name="You got 14 of 20 right")).to_be_focused()
    kinds = {answer: [i for i, one in enumerate(game) if one.answer == answer] for answer in (0, 1)}
    right = {answer: len(set(where) - WRONG) for answer, where in kinds.items()}
    shares = [share(14, COUNT), share(right[0], len(kinds[0])), share(right[1], len(kinds[1]))]
    assert row(page, "You") == shares
    scores = logits(game)
    hit = [(score <= 0) == bool(one.answer) for score, one in zip(scores, game, strict=True)]
    expect(page.get_by_role("row", name="The discriminator of modern")).to_contain_text(f"{sum(hit)} of 20")
    of_real, of_drawn = (share(sum(hit[i] for i in where), len(where)) for where in kinds.values())
    assert row(page, "The discriminator of modern") == [share(sum(hit), COUNT), of_real, of_drawn]
    shown = [float(text.replace("−", "-")) for text in page.locator(".score").all_inner_texts()]
    assert shown == pytest.approx(scores, abs=0.006)
    truths = page.locator(".game-cards p:has(+ .score)").all_inner_texts()
    assert truths == [("real", "drawn")[one.answer] for one in game]
    assert len([address for address in asked if "discriminator" in address]) == 2  # while the visitor played
    assert page.locator(".game-cards .by.wrong").count() == len(WRONG) + hit.count(False)
    drawn = next(digit for one in game for digit in one.digits if not digit["real"])
    link = page.get_by_role("link", name="drawn").first.get_attribute("href") or ""
    assert f"seed={drawn['seed']}&count=1&digit={drawn['digit']}&" in link
    assert Axe().run(page).response["violations"] == []

    expect_query(page, game="7", score="14", model="modern")
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator(".game-friend")).to_have_text(
        "A friend got 14 of 20 right. The same twenty for you: press Start."
    )
    page.get_by_role("button", name="Another twenty").click()
    expect(page.locator(".game-friend")).to_be_hidden()
    page.wait_for_selector(READY)
    assert query(page)["game"] != "7"
    assert "score" not in query(page)


def test_pairs_by_finger_against_the_clock(open_page, url) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "reduced_motion": "reduce"}
    page = open_page(f"{url}?game=3&pairs=1&clock=1&score=4", ready=READY, **phone)
    game = rounds(3, pairs=True)
    start(page)
    expect(page.locator("#game-status")).to_have_text("1 of 20 · Too late: " + side(game[0]) + ".")
    bar = page.locator(".clock-bar")
    assert bar.evaluate("bar => bar.style.transform") in ("scaleX(1)", "scaleX(0.666667)")  # it steps, once a second
    for i, one in enumerate(game[1:], 1):
        page.wait_for_selector(f"[data-round='{i}']")
        if i % 2:
            page.locator(".game-digits canvas").nth(one.answer).tap()
        else:
            page.locator(f"#game-{one.answer}").tap()
    page.wait_for_selector(ENDED)
    assert row(page, "You") == [share(19, COUNT)]
    assert row(page, "Your friend") == [share(4, COUNT)]
    expect(page.get_by_role("row", name="The discriminator of tested")).to_contain_text(re.compile(r"\d+ of 20"))
    expect(page.locator(".game-cards li").first).to_contain_text("You: nothing")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect_query(page, game="3", pairs="1", clock="1", score="19")


def side(one: Round) -> str:
    return ("the left one was real", "the right one was real")[one.answer]


def test_real_digits_that_do_not_arrive_are_asked_for_again(open_page, url) -> None:
    page = open_page(url, ready="#wall[data-painted]")
    page.route("**/test-digits.png", lambda route: route.abort(), times=1)
    page.get_by_role("tab", name="Real or drawn?").click()
    expect(page.locator("#game-status")).to_contain_text("The real digits did not arrive")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(READY)


def test_another_model_draws_the_same_game_without_the_score(open_page, plain_url) -> None:
    page = open_page(f"{plain_url}?game=7&score=17", ready=READY)
    expect(page.locator(".game-friend")).to_be_visible()
    page.get_by_label("Drawn by").select_option("dcgan")
    page.wait_for_url(re.compile("model=dcgan"))
    page.wait_for_selector(READY)
    expect(page.locator(".game-friend")).to_be_hidden()
    assert query(page)["game"] == "7"
    start(page)  # the server draws, since the engine has no convolutions
    play(page, rounds(7))
    assert row(page, "You")[0] == share(14, COUNT)
    expect(page.locator(".game-end")).to_contain_text("made of convolutions, which this page cannot compute")
    expect(page.get_by_role("row", name="discriminator")).to_have_count(0)


def test_without_webassembly_the_server_draws(browser, url) -> None:
    context = browser.new_context(locale="en-US")
    context.add_init_script("delete window.WebAssembly")
    page = context.new_page()
    page.goto(f"{url}?game=7")
    page.wait_for_selector(READY)
    start(page)
    play(page, rounds(7))
    expect(page.locator(".game-end")).to_contain_text("without their exact pixels")
    context.close()
