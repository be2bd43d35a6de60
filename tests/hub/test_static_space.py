"""A page without a server is published as a static Space, and opened from there as a visitor would."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from huggingface_hub import RepoCard, snapshot_download
from playwright.sync_api import expect, sync_playwright

from gan.console import python
from gan.errors import UserError
from gan.hub.__main__ import main
from gan.hub.errors import RefusedError
from gan.hub.resolve import load_generator
from gan.hub.static_space import deploy_static, site_address
from tests.browser.ensure_browser import find_browser
from tests.browser.file_server import file_server

SITE = {"index.html": b"<!doctype html>\n", "sw.js": b"", "page/site-1.js": b"1", "thumbnail.png": b"png"}
COMMAND = [python(), "-m", "gan.hub", "deploy", "maker/page", "--static"]


@pytest.fixture
def page(hub, maker, checkout):
    """maker/page, deployed as a static Space."""
    deploy_static("maker/page", SITE, models=["modern"], command=COMMAND)
    return hub.repositories["spaces", "maker/page"]


def test_a_static_space_holds_the_site_in_place_of_the_hubs_page(page):
    assert page.creation["sdk"] == "static"
    assert set(page.head) == {*SITE, ".gitattributes", ".gan-manifest.json", "README.md", "LICENSE"}
    assert page.head["index.html"] == SITE["index.html"]
    assert len(page.commits) == 2


def test_its_readme_is_a_static_spaces(page, hub):
    readme = RepoCard(page.head["README.md"].decode())
    front = readme.data.to_dict()
    assert front == {
        "title": "Digits",
        "sdk": "static",
        "app_file": "index.html",
        "license": "mit",
        "thumbnail": f"{hub.endpoint}/spaces/maker/page/resolve/main/thumbnail.png",
    }
    assert "What it is, in two sentences." in readme.text
    assert "This Space needs no server: visitors' browsers draw, with `modern`." in readme.text


def test_an_update_removes_what_is_gone_and_keeps_what_others_wrote(page, hub, digits):
    page.commit({**page.head, "notes.txt": b"mine"})
    newer = {**SITE, "page/site-2.js": b"2"}
    del newer["page/site-1.js"]
    deploy_static("maker/page", newer, models=["maker/digits@v1"], command=COMMAND)
    assert "page/site-1.js" not in page.head
    assert page.head["page/site-2.js"] == b"2"
    assert page.head["notes.txt"] == b"mine"
    assert RepoCard(page.head["README.md"].decode()).data.to_dict()["models"] == ["maker/digits"]


def test_a_gradio_space_of_ours_becomes_a_static_one(hub, maker, checkout):
    assert main(["deploy", "maker/page"]) == 0
    deploy_static("maker/page", SITE, command=COMMAND)
    space = hub.repositories["spaces", "maker/page"]
    assert "app.py" not in space.head
    front = RepoCard(space.head["README.md"].decode()).data.to_dict()
    assert (front["sdk"], "sdk_version" in front) == ("static", False)


def test_a_space_of_others_is_refused(hub, maker, checkout):
    there = hub.repository("maker/page", "spaces", sdk="static")
    there.commit({"index.html": b"<h1>My own page</h1>"})
    with pytest.raises(RefusedError, match="maker/page is not recognisably ours: a static Space with index.html"):
        deploy_static("maker/page", SITE, command=COMMAND)
    assert there.head == {"index.html": b"<h1>My own page</h1>"}


def test_a_deploy_that_broke_off_after_the_space_was_made_is_taken_up_again(hub, maker, checkout, impatient):
    with hub.fault("POST /api/spaces/.*/commit", "500"), pytest.raises(UserError) as error:
        deploy_static("maker/page", SITE, command=COMMAND)
    assert str(error.value).endswith(f"deploy it with: {python()} -m gan.hub deploy maker/page --static")
    deploy_static("maker/page", SITE, command=COMMAND)
    assert hub.repositories["spaces", "maker/page"].head["index.html"] == SITE["index.html"]


def test_a_static_space_does_not_become_a_gradio_one_unasked(hub, page, capsys):
    """Who updates the page and forgets --static."""
    before = page.head
    assert main(["deploy", "maker/page", "--model", "modern"]) == 1
    told = capsys.readouterr().err
    assert "maker/page is a static Space" in told
    assert "Add --static" in told
    assert f"`{python()} -m gan.hub deploy maker/page --model modern --overwrite` makes it a Gradio Space" in told
    assert page.head == before
    assert main(["deploy", "maker/page", "--model", "modern", "--overwrite"]) == 0
    assert b"sdk: gradio" in page.head["README.md"]


def test_the_advice_for_a_refused_deploy_is_the_makers_own_command(hub, maker, checkout, capsys):
    there = hub.repository("maker/blog", "spaces", sdk="static")
    there.commit({"index.html": b"<h1>My own page</h1>"})
    command = ["deploy", "maker/blog", "--static", "--model", "modern"]
    assert main(command) == 1
    advised = f"`{python()} -m gan.hub {' '.join(command)} --overwrite`"
    assert advised in capsys.readouterr().err
    assert main([*command, "--overwrite"]) == 0
    assert b"sdk: static" in there.head["README.md"]


@pytest.mark.parametrize(("closed", "word"), [("private", "private"), ("gated", "gated")])
def test_a_model_that_is_not_everybodys_is_not_put_into_a_public_page(
    hub, maker, checkout, digits, closed, word, capsys
):
    setattr(digits, closed, True)
    command = ["deploy", "maker/page", "--static", "--model", "maker/digits"]
    assert main(command) == 1
    told = capsys.readouterr().err
    assert f"maker/digits is {word}, and a static Space hands its weights to every visitor" in told
    assert "Add --private" in told
    assert ("spaces", "maker/page") not in hub.repositories
    assert main([*command, "--private"]) == 0
    assert hub.repositories["spaces", "maker/page"].private
    assert main(command) == 0  # the Space is private already


def test_the_address_of_a_static_space_is_the_hubs():
    assert site_address("Maker/My_page.2") == "https://maker-my-page-2.static.hf.space"


def test_a_published_site_draws_in_a_visitors_browser(hub, maker, checkout, digits, tmp_path, capsys):
    hub_model = digits.name
    assert main(["deploy", "maker/page", "--static", "--model", "modern", "--model", hub_model]) == 0
    assert "deployed at " in capsys.readouterr().out
    folder = snapshot_download("maker/page", repo_type="space", local_dir=tmp_path / "space")
    drawn = load_generator(checkout / "checkpoints/modern").sample([7, 8]).flatten().tolist()

    def visit(address: str) -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(address)
            page.wait_for_selector("#wall[data-painted]")
            assert page.evaluate("digits.sample({seeds: [7, 8]}).then((p) => [...p])") == drawn
            page.goto(f"{address}?model={hub_model}")
            expect(page.locator(".reading .model")).to_contain_text(hub_model)
            page.wait_for_selector("#wall[data-painted]")
            browser.close()

    with file_server(folder) as server, ThreadPoolExecutor() as threads:  # the browser tests' driver has this thread
        threads.submit(visit, server.url).result()


def test_a_model_that_needs_the_server_is_refused_before_anything_is_asked(hub, maker, checkout, tmp_path, capsys):
    assert main(["deploy", "maker/page", "--static", "--model", str(tmp_path / "nothing")]) == 1
    assert main(["deploy", "maker/page", "--model", "a", "--model", "b"]) == 2
    assert main(["deploy", "maker/page", "--static", "--zero-gpu"]) == 2
    assert hub.requests == []


# ZeroGPU


def test_a_zero_gpu_space_is_asked_for_with_what_it_wants(hub, maker, checkout):
    (checkout / "requirements.txt").write_text("gradio[mcp]==6.31.0\ntorch>=2.13,<2.16  # why\ntorchvision>=0.28\n")
    assert main(["deploy", "maker/page", "--zero-gpu"]) == 0
    space = hub.repositories["spaces", "maker/page"]
    assert space.hardware == "zero-a10g"
    assert space.head["requirements.txt"].decode().splitlines() == [
        "gradio[mcp]==6.31.0",
        "torch==2.11.0",
        "torchvision==0.26.0",
        "spaces",
    ]
    assert RepoCard(space.head["README.md"].decode()).data.to_dict()["python_version"] == "3.12.12"
    assert b"@spaces.GPU" in space.head["gan/web/zero_gpu.py"]


def test_a_gradio_space_that_is_there_is_moved_to_zero_gpu(hub, maker, checkout):
    assert main(["deploy", "maker/page"]) == 0
    space = hub.repositories["spaces", "maker/page"]
    assert space.hardware is None
    assert main(["deploy", "maker/page", "--zero-gpu"]) == 0
    assert space.hardware == "zero-a10g"


def test_an_account_without_zero_gpu_is_told_the_free_way(hub, maker, checkout, capsys):
    with hub.fault("POST /api/repos/create", "402"):
        assert main(["deploy", "maker/page", "--zero-gpu"]) == 1
    told = capsys.readouterr().err
    assert "only for verified accounts older than 30 days" in told
    assert f"{python()} -m gan.hub deploy maker/page --static" in told
