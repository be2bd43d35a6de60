"""Words of the Learn tab, in English and Chinese. The lesson itself is in docs/learn.md and docs/learn.zh.md."""

ENGLISH = {
    "tab_learn": "Learn",
    "learn_title": "How two networks fight",
    "learn_lead": "How two networks learn to draw by fighting, why it fails, what helps, and how one measures it. "
    "Words on a tint show what they say in another tab; your browser's Back returns to where you were.",
    "learn_loading": "Fetching the lesson …",
    "learn_missing": "The lesson did not arrive.",
    "learn_no_section": "The lesson has no section “{section}”: here is its beginning.",
    "learn_contents": "Contents",
    "learn_opens": "In the tab {tab}",
    "learn_change": "What was changed",
    "learn_bases": "Recipe that was changed",
    "learn_both": "both",
    "learn_chart_help": "Each bar is a Fréchet distance, shorter is better, on a logarithmic axis; the thin line ends "
    "at the worst seed, the upright one marks the recipe as it is. Press the head of a column to sort by it.",
    "learn_sorted_ascending": "{column}: the smallest first",
    "learn_sorted_descending": "{column}: the largest first",
    "learn_sorted_none": "As in the text",
    "name_learn": "Section",
}

CHINESE = {
    "tab_learn": "课程",
    "learn_title": "两个网络如何对抗",
    "learn_lead": "两个网络怎样在对抗中学会画数字，为什么会失败，什么有帮助，又怎样衡量好坏。"
    "带底色的文字会在另一个标签页里当场演示；按浏览器的“后退”就能回到刚才读的地方。",
    "learn_loading": "正在获取课程 …",
    "learn_missing": "课程没有送达。",
    "learn_no_section": "课程里没有“{section}”这一节：下面从头开始。",
    "learn_contents": "目录",
    "learn_opens": "在“{tab}”标签页中打开",
    "learn_change": "改动",
    "learn_bases": "被改动的配方",
    "learn_both": "两者",
    "learn_chart_help": "每一条是一个 Fréchet 距离，越短越好，坐标轴是对数的；细线的末端是最差的种子，"
    "竖线是配方原样时的距离。点按列的标题即可按它排序。",
    "learn_sorted_ascending": "{column}：从小到大",
    "learn_sorted_descending": "{column}：从大到小",
    "learn_sorted_none": "按原文的顺序",
    "name_learn": "章节",
    "problem_section": "不是课程里的章节",
}
