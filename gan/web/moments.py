"""What is said of the bundled recordings, in English and Chinese: why each looks as it does, and what happens when.

The sentences are of these recordings and of no other run of the same recipe; tests/web/test_moments.py measures what
each moment claims. They come with the recording, not with the page's words.
"""

WHY = {
    "relu-2": (
        "G draws whatever shape fools D just now, and D learns to refuse just that one: they go round in circles, "
        "and nobody learns digits.",
        "G 只画眼下能骗过 D 的形状，D 又只学会拒绝这一个：双方原地绕圈，谁也没学会数字。",
    ),
    "relu-3": (
        "Each pixel has weights of its own, and nothing tells G that neighbours belong together: hence the specks. "
        "And nothing pulls it towards a digit that it never draws: hence the many ones.",
        "每个像素各有自己的权重，没有什么告诉 G 相邻的像素是一体的，所以有噪点；也没有什么把它拉向从没画过的数字"
        "，所以满是 1。",
    ),
    "leaky-2": (
        "As relu-2, for twice as long: G has one shape, D refuses it, G has another. It ends before a digit is found.",
        "与 relu-2 一样，只是训练了两倍的时间：G 画一个形状，D 拒绝它，G 再换一个。还没找到数字，训练就结束了。",
    ),
    "leaky-3": (
        "D judges one picture at a time and never asks for the missing digits. After its best "
        "epoch, 67, G draws ever fewer kinds.",
        "D 每次只看一张图，从不追问缺了哪些数字。过了最好的第 67 轮，G 画的种类越来越少。",
    ),
    "batchnorm": (
        "Batch normalisation keeps five layers learning, so all ten digits appear; but 200 epochs are too many, "
        "and ones and sevens crowd out the rest.",
        "批归一化让五层网络都能学下去，所以十个数字都有；但 200 轮太久了，1 和 7 挤占了其他数字。",
    ),
    "dcgan": (
        "A convolution looks at neighbours together, so strokes are smooth and specks are rare. Its 20 epochs end "
        "while the distance still falls.",
        "卷积把相邻的像素放在一起看，所以笔画平滑，噪点很少。20 轮结束时，距离还在下降。",
    ),
    "wgan-gp": (
        "Between real and drawn digits the critic's slope is held near one, so G always has a way to improve. It "
        "is slow, but no digit gets lost.",
        "在真实数字与画出的数字之间，评论家的斜率保持在 1 附近，所以 G 总有改进的方向。它很慢，但没有丢掉任何数字。",
    ),
    "quick": (
        "Both networks are told the class, so none can be left out. The average of G's weights over many steps "
        "takes the noise out of the strokes.",
        "两个网络都知道类别，所以不会漏掉哪一类。G 的权重在许多步上取平均，去掉了笔画里的噪声。",
    ),
    "modern": (
        "As quick, but larger and for 160 epochs. D sees shifted digits, so that it cannot learn them by heart, "
        "and G's steps become ever smaller.",
        "与 quick 一样，但更大，训练了 160 轮。D 看到的是平移过的数字，背不下来；G 的步子越来越小。",
    ),
}

MOMENTS = {  # by the epoch that shows it, at most three
    "relu-2": {
        1: (
            "After one epoch all hundred numbers are one and the same smudge; the classifier, which must name some "
            "digit, reads a hundred eights.",
            "一轮之后，一百个编号全是同一团污迹；分类器非说出一个数字不可，于是读出一百个 8。",
        ),
        7: (
            "For the first time there are two shapes, rings and strokes: 62 are read as eights, 38 as fours. One "
            "epoch later all are read as eights again.",
            "第一次出现两种形状，圆环和竖线：62 个被读作 8，38 个被读作 4。再过一轮，又全被读作 8。",
        ),
        10: (
            "The end: rings, strokes and clouds. Of 1,000 numbers, 992 are read alike.",
            "结束时：圆环、竖线和云团。1,000 个编号中有 992 个被读成同一个数字。",
        ),
    },
    "relu-3": {
        5: (
            "Collapsed: a hundred times the same grey cloud. At no later epoch do they differ so little.",
            "坍缩：一百遍同一团灰云。以后再没有哪一轮彼此这样相像。",
        ),
        30: (
            "It draws seven of the ten digits by now, but the specks are at their worst: ten lone pixels around "
            "each digit.",
            "这时它已画出十个数字中的七个，但噪点最多：每个数字周围有十个孤立的像素。",
        ),
        100: (
            "The end: nine digits are there, but every fourth is a one, and of a hundred a single one is read as a "
            "zero.",
            "结束时：有九个数字了，但每四个里就有一个是 1，一百个里只有一个被读作 0。",
        ),
    },
    "leaky-2": {
        13: (
            "Up to here it has drawn one and the same cloud: nearly all are read as eights, at every epoch shown.",
            "到此为止它一直画同一团云：在显示的每一轮，几乎都被读作 8。",
        ),
        15: (
            "The cloud breaks up into rings and strokes.",
            "云团分裂成圆环和竖线。",
        ),
        20: (
            "The end: the first tails of nines. But of 1,000 numbers, 913 are read as one digit.",
            "结束时：开始出现 9 的尾巴。但 1,000 个编号中仍有 913 个被读成同一个数字。",
        ),
    },
    "leaky-3": {
        17: (
            "Digits appear: at epoch 11 the classifier took 80 of the hundred for eights, now 33.",
            "数字出现了：第 11 轮时分类器把一百个里的 80 个读作 8，现在是 33 个。",
        ),
        74: (
            "It is at its best about here. From now on the distance rises, from 176 to 391, and no loss tells.",
            "大约在这里最好。从此距离上升，从 176 到 391，而损失什么也没透露。",
        ),
        200: (
            "It has forgotten the twos and the sixes, which it still drew at epoch 74. Two thirds are ones and nines.",
            "它忘了 2 和 6，第 74 轮时还会画。三分之二是 1 和 9。",
        ),
    },
    "batchnorm": {
        3: (
            "Scribbles among specks, twelve lone pixels around each: the classifier takes 79 of the hundred for "
            "eights.",
            "噪点中的涂鸦，每个周围有十二个孤立的像素：分类器把一百个里的 79 个读作 8。",
        ),
        8: (
            "All ten digits are there; at epoch 6 there were eight.",
            "十个数字都有了；第 6 轮时只有八个。",
        ),
        200: (
            "Trained too long: the distance was 30 at epoch 93 and is 66 now. Of the hundred, 40 are ones and "
            "sevens, two are zeros.",
            "训练得太久：第 93 轮时距离是 30，现在是 66。一百个里有 40 个是 1 和 7，只有两个是 0。",
        ),
    },
    "dcgan": {
        1: (
            "After a single epoch all ten digits are there, with hardly a speck.",
            "仅仅一轮之后，十个数字都有了，几乎没有噪点。",
        ),
        20: (
            "The end, and the smallest distance so far: it was stopped before it stopped learning.",
            "结束时，距离是迄今最小的：它还在学，训练就停了。",
        ),
    },
    "wgan-gp": {
        3: (
            "It draws blurred means of many digits: four classes, no specks.",
            "它画的是许多数字的模糊平均：四个类别，没有噪点。",
        ),
        6: (
            "Three epochs later all ten digits are there.",
            "再过三轮，十个数字都有了。",
        ),
        20: (
            "The distance has stood still since epoch 6, near 290, while the critic pulled away: it scores drawn "
            "digits 0.06, real ones 0.73. From here on G catches up.",
            "从第 6 轮起距离一直停在 290 附近，而评论家拉开了差距：它给画出的数字 0.06 分，给真实数字 0.73 分。从"
            "此 G 开始追赶。",
        ),
    },
    "quick": {
        1: (
            "One epoch, 18 seconds of one core, and 96 of the hundred are read as the digit asked for (a column each).",
            "一轮，单核 18 秒，一百个里就有 96 个被读作所要的数字（每列一个数字）。",
        ),
        12: (
            "The end, and the smallest distance so far: more epochs might have helped.",
            "结束时，距离是迄今最小的：再多几轮也许会更好。",
        ),
    },
    "modern": {
        2: (
            "Nine of ten are read as the digit asked for (a column each), but there are five specks around each.",
            "十个里有九个被读作所要的数字（每列一个数字），但每个周围有五个噪点。",
        ),
        25: (
            "For the first time all hundred are read as the digit asked for.",
            "第一次，一百个全被读作所要的数字。",
        ),
        87: (
            "From here on, a thousand of its digits are as near to the real ones as a thousand other real ones are.",
            "从此以后，它画的一千个数字与真实数字的距离，和另外一千个真实数字一样近。",
        ),
    },
}
