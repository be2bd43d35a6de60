"""The page speaks two languages, and says the same in both."""

import re

import httpx2
from huggingface_hub import errors

from gan.hub.errors import explain
from gan.web.words import CHINESE, ENGLISH


def test_every_word_is_there_in_both_languages_with_the_same_placeholders() -> None:
    assert ENGLISH.keys() == CHINESE.keys()
    for key, english in ENGLISH.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", CHINESE[key])), key


def told(error: BaseException) -> str:
    return str(explain(error, "user/repo"))


def test_what_the_hub_package_says_of_a_repository_is_a_sentence_that_the_page_translates() -> None:
    """The page finds it by its English words, so they must be the same."""
    sentences = {ENGLISH[key].format(subject="user/repo") for key in ENGLISH if key in HUB}
    answer = httpx2.Response(404, request=httpx2.Request("GET", "http://127.0.0.1"))
    found = {
        told(errors.RepositoryNotFoundError("x", response=answer)),
        told(errors.RevisionNotFoundError("x", response=answer)),
        told(errors.GatedRepoError("x", response=answer)), told(errors.RemoteEntryNotFoundError("x", response=answer)),
        told(httpx2.ConnectTimeout("x")), told(httpx2.ConnectError("x")), told(httpx2.RemoteProtocolError("x")),
        told(errors.OfflineModeIsEnabled("x")),
    }  # fmt: skip
    assert found <= sentences


HUB = {key for key in ENGLISH if key.startswith("hub_") and key != "hub_model"}


def test_chinese_has_chinese_punctuation() -> None:
    """Half-width punctuation beside Chinese characters is a typing mistake."""
    for key, sentence in CHINESE.items():
        assert not re.search(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]", sentence), key
