"""What patients tell of a part or function of the body in words of their own: 大便比较稀, 精神不太好, 5天没拉.

No list of forms holds these, as anything may stand between the two. So the thing is looked for, and behind it, in the
same clause, one of the properties that mean something of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from casefinder.clinical.findings.cues_zh import ZH_CUES
from casefinder.clinical.findings.overlaps import Spot
from casefinder.clinical.findings.phrases import PhraseBook, make_cue_phrase

_POORLY: Final = "不好|不太好|不怎么好|不是很好|不佳|不怎样|不怎么样|差|很差|不行"
_LESS: Final = "不多|很少|减少|变少|下降|少了|太少|偏少|少(?!量|许|数)"
# Of each group of things: what they are called, and what each of their properties is a form of.
_TOLD: Final[tuple[tuple[str, tuple[tuple[str, str], ...]], ...]] = (
    (
        "大便|便便|粑粑|臭臭|拉的|拉得|拉出来的|粪便",
        (
            ("稀|很烂|烂糊|不成形|不成型|没成形", "稀便"),
            ("水样|像水|和水一样|跟水一样|都是水|全是水", "水样便"),
            ("蛋花", "蛋花汤样便"),
            ("绿|青色|发青", "绿便"),
            ("黑(?![芝木豆])", "黑便"),
            ("干(?![净预脆部])|硬|一粒一粒|羊屎", "大便干燥"),
            ("[粘黏]液|鼻涕样|果冻", "粘液便"),
            ("泡沫|沫子|泡泡", "泡沫便"),
            ("酸臭|很臭|特别臭|好臭|非常臭|比较臭|酸味", "大便酸臭"),
            ("带血|有血|血丝|鲜血|是血", "便血"),
            ("奶瓣", "奶瓣"),
            ("次数(?:比较|有点|明显|又|还是|也|很)?(?:多|增多|增加|偏多)", "大便次数增多"),
            ("费劲|费力|拉不出|解不出|很痛苦", "排便困难"),
        ),
    ),
    ("精神|精神状态|精气神", ((f"{_POORLY}|萎靡|蔫", "精神差"),)),
    ("胃口|食欲|食量|奶量|饭量|吃奶|吃饭", ((f"{_POORLY}|{_LESS}|没以前多", "食欲差"),)),
    ("睡觉|睡眠|睡得|睡的", ((f"{_POORLY}|不踏实|不安稳|不沉|不安|不着|老醒|易醒|爱醒", "睡眠差"),)),
    ("尿量|小便量|小便|尿尿", ((_LESS, "尿少"), ("增多|变多|很多|特别多|比较多", "尿多"), ("黄", "尿黄"))),
    ("额头|脑门|身上|全身|身子", (("发烫|滚烫|很烫|烫手|有点烫|好烫", "发热"),)),
    ("手脚|四肢|手足", (("冰凉|发凉|冰冷|很凉|都凉|凉(?!血)", "手脚冰凉"),)),
    ("肚子|小肚子", (("鼓|胀|涨|硬邦邦|有气", "腹胀"), ("咕噜|咕咕", "肠鸣"))),
    ("鼻子|鼻孔", (("不通|不透气|堵|塞", "鼻塞"),)),
    ("喉咙|嗓子", (("红(?!枣|糖)", "咽红"), ("有痰|痰响|痰音|呼噜|咕噜", "喉中痰鸣"))),
    ("呼吸|出气|喘气", (("困难|不畅|费力|费劲|不上来", "呼吸困难"), ("很急|急促|很快|有点快", "气促"))),
    ("脸|脸色|皮肤|肤色", (("黄(?![褐豆色瘤芪柏])|发黄", "皮肤黄"),)),
    ("抵抗力|免疫力", ((f"{_POORLY}|低|弱|{_LESS}", "免疫力低下"),)),
)
_THING: Final = re.compile(
    "|".join(sorted((thing for things, _ in _TOLD for thing in things.split("|")), key=len, reverse=True))
)
_BETWEEN: Final = r"(?P<between>[^,。;:!?、\n\d]{0,8}?)"
_HOW: Final = tuple(
    re.compile(
        _BETWEEN + "(?P<how>" + "|".join(f"(?P<p{place}>{how})" for place, (how, _) in enumerate(properties)) + ")"
    )
    for _, properties in _TOLD
)
_GROUP: Final = {thing: place for place, (things, _) in enumerate(_TOLD) for thing in things.split("|")}
_TOGETHER: Final = 6  # characters from the thing to the property, 大便 included
_DENIED: Final = re.compile(r"(?P<no>没有|没|无|未|不)(?:太|怎么|是|很|算|再|有|见|那么|变|发|觉得)*$")
_MANY_DAYS: Final = (
    r"(?:[\d一二两俩三四五六七八九十几]+(?:[、到至-][\d一二两三四五六七八九十]+)?天|一周|一个?星期|好几天|很久|好久)"
)
# 5天没拉, 一周排便一次
_NO_STOOL: Final = re.compile(
    rf"{_MANY_DAYS}(?:了|都|还|也|才)*(?:没有?|不|未)(?:再)?(?:解?大便|拉(?!肚)|排便|解便)|"
    r"(?:(?<!\d)(?:[二两俩三四五六七八九]|[2-9])?[、到至-]?(?:[二两俩三四五六七八九十几]|[2-9]|1\d)天|一周|一个?星期)"
    r"(?:才|只)?(?:拉|解|排|大便)(?:便|大便|粑粑|屎)?一次"
)
_NEGATION: Final = make_cue_phrase(ZH_CUES["不"])


def find_told(folded: str, phrases: PhraseBook) -> list[Spot]:
    """Find these findings: thing and property together where little stands between, or else the property alone."""
    spots: list[Spot] = []
    for start, how, form in _find_properties(folded):
        phrase = phrases.get(form)
        if phrase is None:
            continue
        denied = None if how["how"][0] in "不没" else _DENIED.search(how["between"])
        if denied:
            no = how.start("between") + denied.start("no")
            spots += [(no, how.start("how"), _NEGATION), (*how.span("how"), phrase)]
        else:
            spots.append((start if how.start("how") - start <= _TOGETHER else how.start("how"), how.end(), phrase))
    constipated = phrases.get("便秘") if any(word in folded for word in "天周期久") else None
    if constipated is not None:
        spots += [(*found.span(), constipated) for found in _NO_STOOL.finditer(folded)]
    return spots


def _find_properties(folded: str) -> Iterator[tuple[int, re.Match[str], str]]:
    """Go through the properties: where the thing begins, or for a further property that itself, and the form meant."""
    for thing in _THING.finditer(folded):
        group, start, end = _GROUP[thing.group()], *thing.span()
        told: set[str] = set()
        while (how := _HOW[group].match(folded, end)) is not None:
            place = next(name for name, word in how.groupdict().items() if word and name.startswith("p"))
            form, end = _TOLD[group][1][int(place[1:])][1], how.end()
            asked = next((word for word in ("不" + how["how"], "没" + how["how"]) if folded.startswith(word, end)), "")
            end += len(asked)  # 大便绿不绿 asks
            if not asked and form not in told:
                yield how.start("how") if told else start, how, form
            told.add(form)
