// SPDX-License-Identifier: Apache-2.0

extension TaskRule {
    /// The rules for English and Chinese that come with the framework.
    public static let standard: [Self] =
        Self.translationRules + Self.summaryRules + Self.extractionRules
        + Self.classificationRules + Self.questionRules + Self.generationRules

    private static let translationRules: [Self] = [
        Self(
            "translate", .translation, weight: 4, .start,
            ["translate", "translation of", "how do you say", "how do i say", "翻译", "译成", "译为"]),
        Self(
            "translate-inside", .translation, weight: 2.5, .instruction,
            ["translate", "translation", "翻译", "译成", "译为", "怎么说"]),
        Self(
            "language-named", .translation, weight: 2, .instruction,
            [
                "english", "french", "german", "spanish", "chinese", "japanese", "italian", "russian", "korean",
                "portuguese", "arabic",
            ].flatMap {
                ["into \($0)", "to \($0)", "in \($0)"]
            } + ["成英文", "成中文", "成英语", "成法语", "成日语", "成德语", "用英语", "用英文", "用中文", "用日语", "用法语"]),
    ]

    private static let summaryRules: [Self] = [
        Self(
            "summarise", .summarisation, weight: 4, .start,
            ["summarize", "summarise", "sum up", "tldr", "tl;dr", "condense", "shorten", "总结", "概括", "归纳", "概述", "摘要"]),
        Self(
            "summarise-inside", .summarisation, weight: 2.5, .instruction,
            [
                "summarize", "summarise", "summary", "summaries", "tl;dr", "tldr", "gist", "main points", "key points",
                "main idea", "总结", "概括", "摘要", "归纳", "主要内容", "中心思想", "要点",
            ]),
        Self(
            "made-short", .summarisation, weight: 1, .instruction,
            ["in one sentence", "in two sentences", "in a few words", "briefly", "一句话", "简短"]),
    ]

    private static let extractionRules: [Self] = [
        Self(
            "extract", .extraction, weight: 4, .start,
            [
                "extract", "pull out", "find all", "list all the", "identify all", "get all", "提取", "抽取", "找出", "识别出",
                "列出文中",
            ]),
        Self(
            "extract-inside", .extraction, weight: 2.5, .instruction,
            [
                "extract", "extraction", "pull out", "named entities", "mentioned in the text", "mentioned in this",
                "提取", "抽取", "找出", "实体", "文中提到", "文中出现",
            ]),
        Self(
            "fields", .extraction, weight: 1, .instruction,
            [
                "as json", "json", "names and", "dates", "email addresses", "phone numbers", "from the following",
                "from this text", "姓名", "电话", "地址", "日期",
            ]),
    ]

    private static let classificationRules: [Self] = [
        Self(
            "classify", .classification, weight: 4, .start,
            ["classify", "categorize", "categorise", "label this", "label the", "tag this", "分类", "归类", "判断"]),
        Self(
            "classify-inside", .classification, weight: 2.5, .instruction,
            [
                "classify", "categorize", "categorise", "sentiment", "which category", "what category",
                "positive or negative", "negative or positive", "positive, negative", "spam or", "is this spam", "分类",
                "归类", "情感", "正面还是负面", "积极还是消极", "属于哪", "哪一类", "垃圾邮件",
            ]),
        Self(
            "labels", .classification, weight: 1, .instruction,
            ["category", "categories", "label", "topic", "intent", "类别", "标签", "意图"]),
    ]

    private static let questionRules: [Self] = [
        Self(
            "question-word", .questionAnswering, weight: 1.5, .start,
            [
                "who", "what", "when", "where", "why", "how", "which", "whose", "is", "are", "was", "were", "does",
                "do", "did", "has", "have", "can", "谁", "什么", "为什么", "怎么", "如何", "哪里", "哪个", "哪一", "多少", "何时", "几",
            ]),
        Self("question-mark", .questionAnswering, weight: 1, .end, ["?", "？", "吗", "呢"]),
        Self(
            "question-inside", .questionAnswering, weight: 1, .instruction,
            ["什么", "是谁", "为什么", "哪里", "哪个", "哪一年", "多少", "几个", "according to", "based on the"]),
        Self(
            "answer", .questionAnswering, weight: 3, .start,
            ["answer", "tell me who", "tell me what", "tell me when", "tell me where", "explain why", "回答", "解答"]),
        Self(
            "answer-inside", .questionAnswering, weight: 2, .instruction,
            ["answer the question", "answer this question", "question:", "回答问题", "回答下面", "问题：", "问题:"]),
    ]

    private static let generationRules: [Self] = [
        Self(
            "write", .generation, weight: 3, .start,
            [
                "write", "compose", "generate", "create", "draft", "invent", "imagine", "brainstorm", "come up with",
                "suggest", "make up", "tell me a", "design", "give me ideas", "写", "创作", "生成", "编", "起草", "想", "设计",
                "作一首", "讲",
            ]),
        Self(
            "text-kind", .generation, weight: 1, .instruction,
            [
                "poem", "story", "essay", "email", "letter", "slogan", "song", "joke", "blog post", "speech", "ideas",
                "一首诗", "故事", "作文", "邮件", "文案", "口号", "笑话", "一封信", "文章",
            ]),
    ]
}
