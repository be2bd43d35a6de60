"""The page speaks two languages, and says the same in both."""

import re

from gan.web.words import CHINESE, ENGLISH


def test_every_word_is_there_in_both_languages_with_the_same_placeholders() -> None:
    assert ENGLISH.keys() == CHINESE.keys()
    for key, english in ENGLISH.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", CHINESE[key])), key
