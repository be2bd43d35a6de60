"""Words of the tab How it learned, in English and Chinese."""

ENGLISH = {
    "tab_history": "How it learned",
    "history_title": "How it learned",
}

CHINESE = {
    "tab_history": "学习过程",
    "history_title": "学习过程",
}
