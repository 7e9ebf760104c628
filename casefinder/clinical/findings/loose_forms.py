"""Forms with everyday words inside: 肚子有点疼, 头很晕, 嗓子也不痛.

Chinese puts a word of degree, time or negation between a body part and what it feels. Where one stands before such
a feeling, what is left without it is looked up.
"""

from __future__ import annotations

import re
from typing import Final

from casefinder.clinical.findings.cues_zh import ZH_CUES
from casefinder.clinical.findings.overlaps import Spot
from casefinder.clinical.findings.phrases import PhraseBook, make_cue_phrase
from casefinder.clinical.lexicon import ConceptKind

_FELT: Final = "疼痛胀痒红肿麻酸闷干凉冷黄哑晕慌僵硬堵渴苦"
_BETWEEN: Final = (
    "有点儿?|有些|很|好|挺|特别|非常|比较|老是?|总是?|经常|一直|还是?|又|也|就|会|都|越来越|隐隐|阵阵|一阵阵|偶尔|有时候?|稍微?|"
    "略|太|真|更|最近|现在|已经?|仍然?|开始|突然|剧烈?|隐|绞|钝|刺|阵发性|持续性|间断性?|反复|明显|轻微|感觉|感到|觉得|再|怎么|一点|从来?|并|倒|时|不|没有?"
)
# Written out once before the repeat, so that the regex engine skips to the first letters of the words.
_LOOSE: Final = re.compile(f"(?P<between>(?:{_BETWEEN})(?:{_BETWEEN})*)(?P<felt>[{_FELT}])(?!能|过敏)")
# What one character says after a negation, where nothing else follows: 不咳不喘, 无痰.
_ONE_WORD: Final = {
    **{form[0]: form for form in "咳嗽 喘息 疼痛 肿胀".split()},
    "吐": "呕吐",
    "烧": "发烧",
    "痛": "疼痛",
    "痒": "瘙痒",
    "晕": "头晕",
    "渴": "口渴",
    "痰": "咳痰",
    "汗": "出汗",
}
_BARE: Final = re.compile(
    r"(?P<no>也不|都不|并不|不|也没|没有|没|无)(?P<word>[咳喘吐烧疼痛痒晕肿渴痰汗])(?=[,。;、.!?\s]|$|[不没无也但就了过])"
)
_BADLY: Final = re.compile(r"(?P<word>[咳喘吐烧疼痛痒晕肿])得(?:很|好)?(?:厉害|不行|要命|慌|受不了|难受)")
# The same before a length of time or a number of times: 咳了一周, 吐了3次.
_FOR_LONG: Final = re.compile(
    r"(?P<word>[咳喘吐烧疼痛痒晕肿])(?=了(?:[快近大整有]{0,2}(?:\d+|[一二两三四五六七八九十几半数好]+)[多几]?(?:天|周|次|个|小时|晚|"
    r"夜|年|月|星期|礼拜|回|宿)|[很好]久|一阵))"
)
# The same after an adverb, at the end of a clause: 还吐, 一直咳.
_STILL: Final = re.compile(
    r"(?:(?<=[还就又老总会也边])|(?<=[老总]是)|(?<=一直))(?P<word>[咳喘吐痒痛烧])(?=[,。;、.!?\s了的得]|$)"
)
# 孕28周, 孕28+3周: not of a child that was born then.
_WEEKS_PREGNANT: Final = re.compile(
    r"孕\s?(?:约|近|第)?\s?\d{1,2}(?:\+\d)?\s?(?:余|多)?(?:周|w|个?月)(?:\+\d天?)?(?!.{0,5}(?:出生|产|娩|剖))"
)
# A lump at a body part: 乳房摸到一个硬块, 脖子上有个包.
_LUMP: Final = re.compile(
    r"(?P<between>[上里下部处]{0,2}(?:摸到|触到|摸着|可?触及|可?扪及|发现|长了|长出|长|起了|起|有)了?(?:[一几两]?个|一块|一?些)?小?)"
    r"(?P<lump>硬块|肿块|包块|疙瘩|硬结|结节|肿物|包)(?![皮裹括扎])"
)
_LUMPS: Final = ("包", "块", "结", "疙瘩", "肿物")
_LUMP_FORMS: Final = ("肿块", "包块", "肿物", "长包", "结节")
# 月经三个月没来
_NO_PERIOD: Final = re.compile(r"(?:月经|例假|大姨妈)[^,。;!?]{0,8}(?:没来|没有来|不来|未来)")
_LONGEST_PART: Final = 5  # characters: 肩胛骨那里 is none, 手指关节 is one
_KINDS: Final = frozenset({ConceptKind.SYMPTOM, ConceptKind.SIGN})
_NEGATION: Final = make_cue_phrase(ZH_CUES["不"])


def find_loose(folded: str, phrases: PhraseBook) -> list[Spot]:
    """Find the forms that have other words inside; of a negated one only the feeling is the finding, 不 its cue."""
    spots: list[Spot] = []
    for found in _LOOSE.finditer(folded):
        start, felt = found.start(), found["felt"]
        if start and folded[start - 1] in _FELT:
            continue  # 不红不肿 is no 红肿
        for first in range(max(0, start - _LONGEST_PART), start):
            phrase = phrases.get(folded[first:start] + felt)
            if phrase is None or not phrase.concepts or phrase.concepts[0].kind not in _KINDS:
                continue
            if "不" in found["between"] or "没" in found["between"]:
                spots += [(start, found.start("felt"), _NEGATION), (found.start("felt"), found.end(), phrase)]
            else:
                spots.append((first, found.end(), phrase))
            break
    spots += _find_one_word(folded, phrases)
    spots += _find_lumps(folded, phrases)
    if "来" in folded and (no_period := phrases.get("停经")) is not None:
        spots += [(*found.span(), no_period) for found in _NO_PERIOD.finditer(folded)]
    if "孕" in folded and (pregnant := phrases.get("怀孕")):
        spots += [(*found.span(), pregnant) for found in _WEEKS_PREGNANT.finditer(folded)]
    return spots


def _find_lumps(folded: str, phrases: PhraseBook) -> list[Spot]:
    """Find lumps that a few words part from where they are; the lump alone where the place has no form of its own."""
    spots: list[Spot] = []
    for found in _LUMP.finditer(folded) if any(word in folded for word in _LUMPS) else ():
        for first in range(max(0, found.start() - _LONGEST_PART), found.start() - 1):
            part = folded[first : found.start()]
            forms = filter(None, (phrases.get(part + form) for form in (found["lump"], *_LUMP_FORMS)))
            phrase = next((form for form in forms if form.concepts and form.concepts[0].kind in _KINDS), None)
            if phrase is not None:
                spots.append((first, found.end(), phrase))
                break
        else:
            if found["lump"] in ("硬块", "包") and (lump := phrases.get("包块")) is not None:
                spots.append((*found.span("lump"), lump))
    return spots


def _find_one_word(folded: str, phrases: PhraseBook) -> list[Spot]:
    """Find complaints of one character: 咳得厉害, 吐了3次, 不咳不喘."""
    spots: list[Spot] = []
    for pattern in (_BADLY, _FOR_LONG, _STILL):
        for found in pattern.finditer(folded):
            phrase = phrases.get(_ONE_WORD[found["word"]])
            if phrase is not None:
                spots.append((*found.span(), phrase))
    for found in _BARE.finditer(folded):
        phrase = phrases.get(_ONE_WORD[found["word"]])
        if phrase is not None:
            spots += [(found.start(), found.start("word"), _NEGATION), (found.start("word"), found.end(), phrase)]
    return spots
