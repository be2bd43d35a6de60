"""A site as files: what it holds, and what it leaves alone in a folder."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gan import bundled
from gan.errors import ModelError, UserError
from gan.hub.__main__ import main
from gan.web.joining import compact
from gan.web.site import site_files
from gan.web.site_folder import write_site
from gan.web.site_models import NeedsServerError, SiteModel, card_html, site_models
from tests.web.models import untrained

SITE = {"page/a-1.js": b"1", "index.html": b"<html>1"}


@pytest.fixture(scope="module")
def files(served) -> dict[str, bytes]:
    return site_files([SiteModel(served, "<p>card</p>")])


# What it holds


def test_the_page_names_its_files_by_their_content_and_they_are_there(files) -> None:
    html = files["index.html"].decode()
    texts = [html, *(files[name].decode() for name in files if name.startswith("lesson/") and name.endswith(".html"))]
    named = {name for text in texts for name in re.findall(r'"\./([\w./-]+)"', text)}
    assert named <= set(files)
    assert set(files) - named == {"index.html", "sw.js", "thumbnail.png"} | {n for n in files if "icon-512" in n}
    assert all(re.search(r"-[0-9a-f]{12}\.", name) for name in named)


def test_a_first_visit_takes_a_megabyte_and_a_half(files) -> None:
    """As `benchmarks/page.py` measures it in a browser; the other models and parts come when they are wanted."""
    listed = json.loads(files["sw.js"].decode().partition("\n")[0].removeprefix("self.SITE = ").rstrip(";"))
    assert sum(len(files[name]) for name in ("index.html", "sw.js", *listed["first"])) < 1_500_000


def test_what_a_file_holds_changes_its_name_and_the_version(served, files) -> None:
    other = site_files([SiteModel(served, "<p>another card</p>")])
    assert len(set(other) - set(files)) == 1
    version = re.compile(r'name="version" content="([0-9a-f]{12})"')
    assert version.search(other["index.html"].decode())[1] != version.search(files["index.html"].decode())[1]
    assert site_files([SiteModel(served, "<p>card</p>")]) == files


def test_the_service_worker_keeps_the_page_and_the_first_model_and_others_later(served, store, files) -> None:
    plain = SiteModel(store.get("plain"), "<p>plain</p>")
    both = site_files([SiteModel(served, "<p>card</p>"), plain])
    kept = json.loads(both["sw.js"].decode().partition("\n")[0].removeprefix("self.SITE = ").rstrip(";"))
    later = {  # fetched when it is first wanted
        "models/plain", "models/plain-directions", "models/plain-card",
        "engine/train", "engine/trainer", "engine/training-digits", "engine/test-digits",  # for Watch
        "page/parts",  # for whoever opens one of these tabs
        "engine/searcher", "engine/classifier",  # for the judge
        "models/plain-discriminator", "models/served-discriminator",  # for the game and the judge
        "lesson/en", "lesson/zh", "lesson/lesson",
        *(f"lesson/{name}-{theme}" for name in ("leaky-3", "modern") for theme in ("light", "dark")),
    }  # fmt: skip
    recordings = {name for name in kept["later"] if name.startswith("histories/")}  # for whoever opens How it learned
    assert {name.rpartition("-")[0] for name in set(kept["later"]) - recordings} == later
    assert set(kept["first"]) | set(kept["later"]) == set(both) - {"index.html", "sw.js", "thumbnail.png"}


def test_a_link_that_is_unfurled_has_a_picture_where_the_address_is_known(served) -> None:
    html = site_files([SiteModel(served, "")], address="https://maker-page.static.hf.space")["index.html"].decode()
    assert 'property="og:image" content="https://maker-page.static.hf.space/thumbnail.png"' in html


def test_nothing_of_it_comes_from_elsewhere(files) -> None:
    for name, content in files.items():
        if name.endswith((".js", ".html", ".css", ".webmanifest")):
            found = set(re.findall(rb"https?://[^\s\"'`<>)]+", content))
            told = {b"https://huggingface.co"}  # of the address; the others are names, in uqr.js
            named = {b"https://github.com/unjs/uqr", b"https://github.com/antfu", b"http://www.w3.org/2000/svg"}
            assert {address for address in found if not address.startswith(b"https://arxiv.org/abs/")} <= told | named


def test_it_is_made_without_gradio() -> None:
    code = "import gan.web.site, gan.web.site_models, gan.web.site_folder, sys; print('gradio' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


# Models


def test_all_bundled_models_that_a_browser_can_draw_are_there_unless_some_are_named(tmp_path, monkeypatch) -> None:
    for name, recipe in (("dcgan", "dcgan"), ("modern", "modern"), ("leaky", "relu-2")):
        untrained(tmp_path / name, recipe)
    monkeypatch.setattr(bundled, "BUNDLED", tmp_path)
    assert [model.generator.name for model in site_models()] == ["modern", "leaky"]
    assert [model.generator.name for model in site_models(["leaky"])] == ["leaky"]
    with pytest.raises(NeedsServerError, match="dcgan is made of convolutions, .* it needs the server, python app.py"):
        site_models(["modern", "dcgan"])
    with pytest.raises(ModelError, match="no bundled model of that name"):
        site_models(["nobody"])
    for folder in ("my-run", "my run"):
        untrained(tmp_path / "own" / folder, "relu-2")
    own = [str(tmp_path / "own" / folder) for folder in ("my-run", "my run", "my-run")]
    with pytest.raises(UserError, match="my-run and .*my run are both called my-run in links: rename one"):
        site_models(own)
    assert len(site_models(own[::2])) == 1


def test_a_card_is_shown_without_scripts_pictures_and_front_matter() -> None:
    html = card_html(
        "---\nlicense: mit\n---\n\n# Mine\n\n![a](b.png)\n<script>alert(1)</script>\n\n"
        "[x](javascript:alert(1))\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n## Use it\n\ncode\n\n## Limits\n\nmany\n"
    )
    assert html.startswith("<h1>Mine</h1>")
    assert "<td>1</td>" in html
    assert "many" in html
    assert "license" not in html
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<img" not in html
    assert "code" not in html


# Scripts


def test_compact_scripts_have_no_comments_and_no_indentation() -> None:
    assert compact("/** About.\n * More. */\nconst a = 1; // one\n  // two\n  f(`${a}`);\n") == (
        "const a = 1; // one\nf(`${a}`);\n"
    )
    with pytest.raises(ValueError, match="a template string goes on over several lines: const b = `x"):
        compact("const b = `x\n  y`;\n")


# In a folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name != ".gan-manifest.json"
    }


def test_a_site_is_written_and_brought_up_to_date(tmp_path) -> None:
    folder = tmp_path / "new" / "site"
    write_site(folder, SITE)
    assert contents(folder) == SITE
    (folder / "CNAME").write_bytes(b"digits.example")  # of the host's own
    newer = {"pages/b-2.js": b"2", "index.html": b"<html>2"}
    write_site(folder, newer)
    assert contents(folder) == {**newer, "CNAME": b"digits.example"}
    assert not (folder / "page").exists()


@pytest.mark.parametrize("held", ["index.html", "notes.txt", ".git/config"])
def test_a_folder_that_is_no_site_of_ours_is_refused_untouched(tmp_path, held: str) -> None:
    (tmp_path / held).parent.mkdir(exist_ok=True)
    (tmp_path / held).write_bytes(b"mine")
    with pytest.raises(UserError, match="is no site of ours: it holds .* Nothing was touched"):
        write_site(tmp_path, SITE)
    assert contents(tmp_path) == {held: b"mine"}


@pytest.mark.parametrize("name", ["index.html", "pages/b-2.js"])
def test_files_that_others_changed_or_put_there_are_not_replaced(tmp_path, name: str) -> None:
    write_site(tmp_path, SITE)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"mine")
    before = contents(tmp_path)
    with pytest.raises(UserError, match=f"{name} was changed since, or put there by somebody else"):
        write_site(tmp_path, {"pages/b-2.js": b"2", "index.html": b"<html>2"})
    assert contents(tmp_path) == before


def test_a_full_disk_leaves_the_older_site_whole(tmp_path, monkeypatch) -> None:
    write_site(tmp_path, SITE)
    replace = __import__("os").replace

    def full(source: str, target: Path) -> None:
        if Path(target).name == "index.html":
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr("gan.files.os.replace", full)
    with pytest.raises(UserError, match="No space left on device"):
        write_site(tmp_path, {"pages/b-2.js": b"2", "index.html": b"<html>2"})
    assert contents(tmp_path).items() >= SITE.items()
    monkeypatch.setattr("gan.files.os.replace", replace)
    write_site(tmp_path, {"pages/b-2.js": b"2", "index.html": b"<html>2"})
    assert contents(tmp_path) == {"pages/b-2.js": b"2", "index.html": b"<html>2"}


def test_a_file_is_no_folder(tmp_path) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(UserError, match="is a file: name a folder"):
        write_site(tmp_path / "site", SITE)


def test_a_folder_that_cannot_be_had_is_said_in_a_sentence(tmp_path, capsys) -> None:
    (tmp_path / "file").write_text("mine")
    for place, reason in (("x" * 300, "File name too long"), ("file/site", "Not a directory")):
        assert main(["site", str(tmp_path / place)]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert f"cannot be read ({reason}): name another folder for the site" in line


@pytest.mark.parametrize("call", ["os.listdir", "pathlib.Path.read_bytes", "pathlib.Path.unlink"])
def test_a_folder_that_one_may_not_search_or_change_is_said_in_a_sentence(tmp_path, monkeypatch, call: str) -> None:
    def forbidden(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    write_site(tmp_path, SITE)
    monkeypatch.setattr(call, forbidden)
    with pytest.raises(UserError, match=r"cannot (read|be read|write) ?.*Permission denied"):
        write_site(tmp_path, {"index.html": b"<html>2"})


def test_one_command_writes_a_site(tmp_path, capsys) -> None:
    untrained(tmp_path / "run", "relu-2")
    assert main(["site", str(tmp_path / "site"), "--model", str(tmp_path / "run")]) == 0
    assert "for any web host" in capsys.readouterr().out
    assert {"index.html", "sw.js", "thumbnail.png"} <= set(contents(tmp_path / "site"))
    assert main(["site", str(tmp_path / "run")]) == 1
    assert "is no site of ours" in capsys.readouterr().err
