"""Words of the Learn tab, in English and Chinese."""

ENGLISH = {
    "tab_learn": "Learn",
    "learn_title": "Learn",
}

CHINESE = {
    "tab_learn": "课程",
    "learn_title": "课程",
}
