"""Words of the Judge tab, in English and Chinese."""

ENGLISH = {
    "tab_judge": "Judge",
    "judge_title": "Judge",
}

CHINESE = {
    "tab_judge": "评判",
    "judge_title": "评判",
}
