"""Words of the Judge tab, in English and Chinese."""

ENGLISH = {
    "tab_judge": "Judge",
    "name_judge": "drawing",
    "judge_title": "A drawing and what the networks make of it",
    "judge_lead": "Draw a digit: the discriminator says whether it looks real, and a classifier says what it reads. "
    "Then the generator looks for your digit among those that it can draw.",
    "judge_paper": "Paper: draw a digit here",
    "judge_paper_help": "Draw with the mouse, a finger or a pen; or drop, paste or choose a picture of one digit. "
    "Nothing leaves your browser: the drawing is in the page's address, so the link brings it back.",
    "judge_undo": "Undo stroke",
    "judge_clear": "Clear",
    "judge_choose": "Choose a picture …",
    "judge_seen": "What the networks see: 28 × 28 pixels, fitted and centred as MNIST's digits are",
    "judge_eye": "D's eye over it",
    "judge_eye_help": "Red: with more ink here it would look more real to D. Blue: with less.",
    "judge_empty": "The paper is empty: draw a digit, or drop a picture on it.",
    "judge_loading": "Fetching the discriminator and the classifier …",
    "judge_d_real": "D takes it for real: logit {logit}, a probability of {percent} % that it is real.",
    "judge_d_unsure": "D cannot tell: logit {logit}, a probability of {percent} % that it is real.",
    "judge_d_drawn": "D takes it for drawn: logit {logit}, a probability of {percent} % that it is real.",
    "judge_score_real": "D takes it for real: it scores {logit}, and {neutral} lies between real and drawn digits. "
    "With its loss ({loss}) a score is no probability.",
    "judge_score_drawn": "D takes it for drawn: it scores {logit}, and {neutral} lies between real and drawn digits. "
    "With its loss ({loss}) a score is no probability.",
    "judge_d_compared": "Of a hundred real test digits, {real} look less real to D; of a hundred that {model} drew, "
    "{drawn}.",
    "judge_d_class": "D was asked whether it is a real {digit}, because the classifier reads one.",
    "judge_loss_wasserstein": "Wasserstein",
    "judge_loss_relativistic": "relativistic",
    "judge_loss_least_squares": "least squares",
    "judge_loss_hinge": "hinge",
    "judge_loss_null": "unknown",
    "judge_read": "The classifier reads it as {digit}, with a probability of {percent} %.",
    "judge_read_or": "The classifier is not sure: it reads it as {digit} ({percent} %), or else as {other} ({less} %).",
    "judge_no_d_missing": "{model} came without its discriminator, so there is no verdict of D.",
    "judge_no_d_convolutions": "{model}'s discriminator is made of convolutions, which this page does not compute; "
    "choose another model at the foot of the page for a verdict of D.",
    "judge_no_d_spectral_norm": "{model}'s discriminator has spectral normalisation, which this page does not compute; "
    "choose another model at the foot of the page for a verdict of D.",
    "judge_no_classifier": "The classifier is not here, so nobody reads the digit.",
    "judge_d_needs_class": "Without it D cannot judge: it wants to know which digit it looks at.",
    "judge_d_failed": "The discriminator cannot be used: {error}.",
    "judge_classifier_failed": "The classifier cannot be used: {error}.",
    "judge_no_ink": "In this picture nothing stands out from its ground: take one with a dark digit on a light sheet, "
    "or a light one on a dark sheet.",
    "judge_no_picture": "“{name}” is no picture that this browser can read: choose a PNG, JPEG, WebP, GIF or SVG file.",
    "judge_too_large": "“{name}” is larger than {most} MB: choose a smaller picture.",
    "judge_no_file": "That was no file: drop a picture's file, or paste a picture.",
    "judge_bad_link": "The link's drawing is damaged: ask for the link again, or draw the digit yourself.",
    "judge_taken": "A picture of {width} × {height} pixels.",
    "judge_did": "For the networks it was {list}.",
    "judge_did_reduced": "reduced",
    "judge_did_grey": "made grey",
    "judge_did_turned": "taken for light ink on a dark sheet",
    "judge_did_ground": "freed of its ground, its ink darkened",
    "judge_did_specks": "cleared of specks",
    "judge_comma": ", ",
    "judge_space": " ",
    "judge_find_title": "Find me",
    "judge_find": "Find my digit in {model}",
    "judge_find_help": "It looks through some thousands of numbers, then goes downhill from the nearest eight: "
    "gradient descent on the latent, for two seconds at most. A distance of 0 is the same picture; a pixel of "
    "ink in place of paper counts 1.",
    "judge_searching": "Looking through numbers, then going downhill from the nearest …",
    "judge_yours": "Yours",
    "judge_found": "The nearest that was found:",
    "judge_nearest": "The nearest number:",
    "judge_distance": "distance {distance}",
    "judge_near": "Near: {model} can draw your digit. Its distance is {distance}; half of real test digits are found "
    "within {median}, and 95 of 100 within {most}.",
    "judge_far": "Nothing near was found: the distance is {distance}, while 95 of 100 real test digits are found "
    "within {most}. {model} never learned this shape: it is no digit, or a digit unlike those of MNIST.",
    "judge_poor": "The distance is {distance}, but it says little of your digit: half of real test digits come no "
    "nearer to {model} than {median}. It draws a few blurred shapes again and again.",
    "judge_unmeasured": "The distance is {distance}. How near real digits come to this model has not been measured: "
    "below 3 is near for a good one.",
    "judge_few_steps": "This machine was busy and went only {steps} steps downhill: try again.",
    "judge_number_told": "No number stands for that point between the numbers; of {looked} numbers, {seed} comes "
    "nearest.",
    "judge_morph": "Morph from number {seed} into another",
    "judge_cannot_find": "So nothing can be looked for; the verdicts need no such engine.",
}

CHINESE = {
    "tab_judge": "评判",
    "name_judge": "手写内容",
    "problem_drawing": "必须是本页写入网址的手写内容",
    "judge_title": "一幅手写数字，以及网络对它的看法",
    "judge_lead": "写一个数字：判别器会说它看起来是否真实，分类器会说它读作几。"
    "随后，生成器会在自己能画出的数字里寻找与它最接近的一个。",
    "judge_paper": "画纸：在这里写一个数字",
    "judge_paper_help": "用鼠标、手指或手写笔书写；也可以拖入、粘贴或选择一张只有一个数字的图片。"
    "一切都留在你的浏览器里：所写的内容就在网页地址中，打开链接即可还原。",
    "judge_undo": "撤销一笔",
    "judge_clear": "清空",
    "judge_choose": "选择图片……",
    "judge_seen": "网络看到的样子：28 × 28 像素，缩放与居中的方式同 MNIST",
    "judge_eye": "D 的目光",
    "judge_eye_help": "红色：此处墨迹多一些，D 会觉得更真实。蓝色：少一些会更真实。",
    "judge_empty": "纸上还是空的：写一个数字，或拖入一张图片。",
    "judge_loading": "正在获取判别器和分类器……",
    "judge_d_real": "D 认为它是真的：logit 为 {logit}，即有 {percent} % 的概率为真。",
    "judge_d_unsure": "D 分不清：logit 为 {logit}，即有 {percent} % 的概率为真。",
    "judge_d_drawn": "D 认为它是生成的：logit 为 {logit}，即有 {percent} % 的概率为真。",
    "judge_score_real": "D 认为它是真的：得分 {logit}，真实数字与生成数字的分界在 {neutral}。"
    "这个 D 所用的损失（{loss}）给出的得分不是概率。",
    "judge_score_drawn": "D 认为它是生成的：得分 {logit}，真实数字与生成数字的分界在 {neutral}。"
    "这个 D 所用的损失（{loss}）给出的得分不是概率。",
    "judge_d_compared": "在 D 看来，每一百个真实的测试数字里有 {real} 个不如它真实；"
    "{model} 生成的每一百个数字里有 {drawn} 个不如它真实。",
    "judge_d_class": "分类器读作 {digit}，所以问 D 的是：这是不是一个真实的 {digit}。",
    "judge_loss_wasserstein": "Wasserstein",
    "judge_loss_relativistic": "相对式",
    "judge_loss_least_squares": "最小二乘",
    "judge_loss_hinge": "hinge",
    "judge_loss_null": "未知",
    "judge_read": "分类器读作 {digit}，概率为 {percent} %。",
    "judge_read_or": "分类器拿不准：读作 {digit}（{percent} %），也可能是 {other}（{less} %）。",
    "judge_no_d_missing": "{model} 没有附带判别器，因此没有 D 的评判。",
    "judge_no_d_convolutions": "{model} 的判别器由卷积层构成，本页无法计算；想看 D 的评判，请在页面底部换一个模型。",
    "judge_no_d_spectral_norm": "{model} 的判别器使用谱归一化，本页无法计算；想看 D 的评判，请在页面底部换一个模型。",
    "judge_no_classifier": "这里没有分类器，因此无法读出数字。",
    "judge_d_needs_class": "没有分类器，D 也无法评判：它需要知道看的是哪个数字。",
    "judge_d_failed": "判别器无法使用：{error}。",
    "judge_classifier_failed": "分类器无法使用：{error}。",
    "judge_no_ink": "这张图片里没有从背景中突出的墨迹：请换一张浅底深字或深底浅字的图片。",
    "judge_no_picture": "浏览器无法把“{name}”当作图片读取：请选择 PNG、JPEG、WebP、GIF 或 SVG 文件。",
    "judge_too_large": "“{name}”超过 {most} MB：请选择小一些的图片。",
    "judge_no_file": "拖入的不是文件：请拖入图片文件，或粘贴一张图片。",
    "judge_bad_link": "链接中的手写内容已损坏：请重新索取链接，或自己写一个数字。",
    "judge_taken": "图片大小为 {width} × {height} 像素。",
    "judge_did": "为了让网络看懂，对它做了这些处理：{list}。",
    "judge_did_reduced": "缩小",
    "judge_did_grey": "转为灰度",
    "judge_did_turned": "识别为深底浅字",
    "judge_did_ground": "去除背景并加深墨迹",
    "judge_did_specks": "清除污点",
    "judge_comma": "、",
    "judge_space": "",
    "judge_find_title": "找到我",
    "judge_find": "在 {model} 中寻找我的数字",
    "judge_find_help": "先查看几千个编号，再从最接近的八个出发，对潜向量做梯度下降，至多两秒。"
    "距离为 0 表示图像完全相同；把一个像素从纸变成墨，距离为 1。",
    "judge_searching": "先逐个查看编号，再从最接近的几个出发做梯度下降……",
    "judge_yours": "你写的",
    "judge_found": "找到的最接近的数字：",
    "judge_nearest": "最接近的编号：",
    "judge_distance": "距离 {distance}",
    "judge_near": "很接近：{model} 能画出你的数字。距离为 {distance}；真实的测试数字有一半距离不超过 {median}，"
    "每一百个里有 95 个不超过 {most}。",
    "judge_far": "没有找到接近的：距离为 {distance}，而每一百个真实的测试数字里有 95 个距离不超过 {most}。"
    "{model} 从未学过这个形状：它不是数字，或者写法与 MNIST 相差太远。",
    "judge_poor": "距离为 {distance}，但这说明不了你的数字如何："
    "真实的测试数字也有一半与 {model} 的距离不小于 {median}。它总是重复画少数几种模糊的形状。",
    "judge_unmeasured": "距离为 {distance}。这个模型能多接近真实数字还没有测量过：对一个好的模型来说，"
    "小于 3 就算接近。",
    "judge_few_steps": "这台机器正忙，梯度下降只走了 {steps} 步：请再试一次。",
    "judge_number_told": "那个点落在各个编号之间，没有编号与它对应；在 {looked} 个编号中，{seed} 最接近。",
    "judge_morph": "从编号 {seed} 渐变到另一个数字",
    "judge_cannot_find": "因此无法寻找；评判本身不需要这个引擎。",
}
