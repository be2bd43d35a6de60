"""Words of the game, in English and Chinese."""

ENGLISH = {
    "tab_game": "Real or drawn?",
    "game_title": "Real or drawn?",
}

CHINESE = {
    "tab_game": "真迹还是生成？",
    "game_title": "真迹还是生成？",
}
