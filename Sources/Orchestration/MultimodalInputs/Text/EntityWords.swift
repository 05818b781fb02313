// SPDX-License-Identifier: Apache-2.0

/// The words by which entities are told, written down for this project.
enum EntityWords {
    static let currencies: Set<String> = ["$", "€", "£", "¥", "￥", "₩", "元"]
    static let moneyWords: Set<String> = [
        "dollars", "euros", "pounds", "yuan", "usd", "eur", "gbp", "cny", "rmb", "块", "美元", "欧元",
    ]
    static let months: Set<String> = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    static let units: Set<String> = [
        "mm", "cm", "m", "km", "meters", "metres", "kilometers", "kilometres", "miles", "feet", "inches", "g", "kg",
        "tons",
        "grams", "kilograms", "ml", "l", "liters", "litres", "s", "ms", "seconds", "minutes", "hours", "days", "weeks",
        "months", "years", "degrees", "people", "times", "米", "克", "个", "人", "天", "次", "岁", "台", "秒", "年", "月",
    ]
    static let titles: Set<String> = [
        "mr", "mrs", "ms", "miss", "dr", "prof", "professor", "president", "sir", "captain",
    ]
    static let organizations: Set<String> = [
        "inc", "corp", "corporation", "company", "ltd", "gmbh", "university", "college", "institute", "school", "bank",
        "group", "ministry", "agency", "committee", "foundation", "hospital", "museum", "press", "association",
    ]
    static let places: Set<String> = [
        "china", "beijing", "shanghai", "hong kong", "taiwan", "japan", "tokyo", "korea", "seoul", "india", "germany",
        "berlin", "france", "paris", "spain", "madrid", "italy", "rome", "england", "london", "britain", "europe",
        "asia",
        "africa", "america", "canada", "australia", "russia", "moscow", "brazil", "new york", "united states",
        "singapore",
    ]
    /// Characters that stand between names rather than in them.
    static let chineseStops: Set<String> = [
        "的", "了", "在", "是", "和", "与", "或", "及", "我", "你", "他", "她", "它", "们", "这", "那", "有", "不", "从", "到", "去", "来",
        "于", "对", "把", "被", "让", "向", "将", "为", "住", "请", "说", "给", "跟", "同", "见", "找", "叫",
    ]
    static let chineseEndings: [(TextEntity.Kind, [String])] = [
        (.organization, ["公司", "大学", "学院", "银行", "医院", "集团", "委员会", "研究所", "博物馆", "出版社"]),
        (.place, ["市", "省", "县", "区", "镇", "路", "街", "国", "岛", "湖", "山", "北京", "上海", "香港"]),
        (.person, ["先生", "女士", "小姐", "教授", "医生", "老师", "总统"]),
    ]
}
