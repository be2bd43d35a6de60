"""Real or drawn?: a seed is the same game everywhere, fair to whoever plays it, and answers count as they should."""

import json
import math
from collections import Counter
from dataclasses import asdict
from typing import Any

import pytest

from tests.web.engine.engines import Node
from tests.web.engine.rounds import COUNT, rounds

GAMES = """
    const { roundsOf } = await load("rounds.js");
    return data.seeds.map((seed) => roundsOf(seed, { count: 20, pairs: data.pairs, perClass: 80 }));
"""


def games(node: Node, seeds: list[int], *, pairs: bool) -> list[list[dict[str, Any]]]:
    return json.loads(node.run(GAMES, {"seeds": seeds, "pairs": pairs}))


@pytest.mark.parametrize("pairs", [False, True])
def test_a_seed_is_the_game_that_numpy_makes_of_it(node: Node, pairs: bool) -> None:
    seeds = [0, 7, 2**32 - 1, *range(100, 130)]
    assert games(node, seeds, pairs=pairs) == [[asdict(r) for r in rounds(s, pairs=pairs)] for s in seeds]


def test_nothing_but_the_picture_gives_a_digit_away(node: Node) -> None:
    """Over many games, real ones and drawn ones are as many, and of each class; none comes twice."""
    many = games(node, list(range(2000)), pairs=False)
    digits = [digit for game in many for r in game for digit in r["digits"]]
    of_kind = {real: Counter(d["digit"] for d in digits if d["real"] is real) for real in (True, False)}
    expected = len(digits) / 20
    for classes in of_kind.values():
        assert sorted(classes) == list(range(10))
        assert all(abs(count - expected) < 5 * math.sqrt(expected) for count in classes.values())
    after_real = [game[i + 1]["answer"] for game in many for i in range(COUNT - 1) if game[i]["answer"] == 0]
    assert abs(sum(after_real) / len(after_real) - 0.5) < 0.05  # what came before says next to nothing
    for game in many:
        assert 8 <= sum(r["answer"] for r in game) <= 12
        shown = [d.get("place", d.get("seed")) for r in game for d in r["digits"]]
        assert len(set(shown)) == COUNT


def test_a_pair_is_one_real_and_one_drawn_digit_of_one_class(node: Node) -> None:
    for game in games(node, list(range(50)), pairs=True):
        for r in game:
            assert r["digits"][r["answer"]]["real"]
            assert not r["digits"][1 - r["answer"]]["real"]
            assert r["digits"][0]["digit"] == r["digits"][1]["digit"]


def test_answers_count_by_kind_and_beside_chance(node: Node) -> None:
    script = """
        const { answersOf, byChance, tally } = await load("rounds.js");
        const rounds = [0, 0, 0, 1, 1].map((answer) => ({ answer }));
        return [
          tally(rounds, [0, 1, null, 1, 0]),
          answersOf([0.1, 0, -3, 2], { pairs: false, neutral: 0 }),
          answersOf([0.1, 0, -3, 2], { pairs: false, neutral: 1 }),
          answersOf([0.1, 0, -3, 2], { pairs: true, neutral: 1 }),
          [0, 10, 17, 20].map((right) => byChance({ right, of: 20 })),
        ];
    """
    counted, single, critic, pair, chance = json.loads(node.run(script))
    assert counted == {"all": {"right": 2, "of": 5}, "real": {"right": 1, "of": 3}, "drawn": {"right": 1, "of": 2}}
    assert single == [0, 1, 1, 0]
    assert critic == [1, 1, 1, 0]
    assert pair == [0, 1]
    exact = [sum(math.comb(20, k) for k in range(right, 21)) / 2**20 for right in (0, 10, 17, 20)]
    assert chance == pytest.approx(exact, rel=1e-12)
