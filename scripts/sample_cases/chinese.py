"""Chinese notes: how residents, emergency nurses and discharge letters word a present illness and a history."""

from __future__ import annotations

import re
from random import Random

from drawing import chance, pick, shuffled
from spans import age_zh
from visits import Visit

# {who} patient, {sex} 男/女, {age}, {dur} duration, {onset} circumstances, {core} leading findings
_OPENINGS = (
    "{who}，{sex}，{age}，{dur}前{onset}出现{core}",
    "{who}{dur}前{onset}出现{core}",
    "{dur}前{who}{onset}出现{core}",
    "{who}于{dur}前{onset}起病，表现为{core}",
    "{who}，{sex}性，{age}，起病{dur}，{onset}出现{core}",
    "入院前{dur}，{who}{onset}出现{core}",
    "缘于{dur}前{onset}出现{core}",
    "{who}{teller}{dur}前{onset}开始出现{core}",
    "{age}{sex}{patient}，病程{dur}，{onset}出现{core}",
    "{who}为{age}{sex}性，{teller}{dur}前{onset}感{core}",
    "病史{dur}。{who}{onset}出现{core}",
    "据述{who}{dur}前{onset}发病，主要为{core}",
)
_INJURY_OPENINGS = tuple(opening for opening in _OPENINGS if not re.search("起病|发病|病程|病史|缘于", opening))
_SHORT = (
    "{sex}，{age}。{core}{dur}",
    "{sex}/{age}，{dur}前{onset}{core}",
    "{age}{sex}{patient}，{core}，{dur}",
    "分诊：{sex}，{age}，{onset}{core}，{dur}",
    "{who}{age}，{sex}，{teller}{core}，约{dur}",
)
_NOT_FOR_CLAUSES = ("感{core}", "主要为{core}")
_PAST = re.compile("史$|接触|外伤|服用|旅行|旅居")  # denied as a fact, not as a symptom
_CLAUSE = re.compile(r"[了不没就得着时有到像被后先每]|自行|恢复|持续|，|、.*、")
_LEADING = re.compile(r"^(伴有|伴|并有|并|有|且|感|出现)(?!时)")
_FURTHER = ("伴", "伴有", "并有", "同时有", "另有", "还有", "亦有", "兼有", "合并")
_DENIALS = ("无{a}", "病程中无{a}", "否认{a}", "不伴{a}", "未诉{a}", "起病以来无{a}")
_LONG_COURSE = (
    "未予重视", "曾自行服药（具体不详），效果欠佳", "曾于当地医院就诊，具体诊治不详", "自行对症处理，症状时轻时重",
    "曾在社区医院就诊，未见明显好转", "未系统诊治", "网上购药服用，无明显效果", "在家观察，症状未见好转",
)  # fmt: skip
_SHORT_COURSE = ("未予特殊处理", "由家属陪同来院", "来院途中病情无明显变化", "在家观察片刻后来院", "休息观察后来院")
_URGENT_COURSE = (*_SHORT_COURSE, "家人发现后急送我院", "呼叫120送入我院", "由120救护车接诊入院", "急来我院")
_ENDINGS = {
    "emergency": ("急诊收治", "遂来我院急诊", "急诊查看后留观", "为进一步诊治由急诊收入{department}", "立即来诊"),
    "inpatient": (
        "门诊收入{department}", "为求进一步诊治收住院", "今来我院，拟进一步检查入院", "收入{department}病房",
    ),
    "outpatient": ("今来{department}门诊", "遂来就诊", "为明确原因来诊", "来我院门诊", "要求进一步诊治"),
}  # fmt: skip
_GENERAL = {"精神": ("精神可", "精神欠佳", "精神一般"), "appetite": ("食纳可", "饮食一般", "食欲尚可"),
            "sleep": ("睡眠尚可", "夜眠一般", "夜间休息可"), "stool": ("大便正常", "大便如常"),
            "urine": ("小便正常", "小便无异常"),
            "weight loss": ("体重无明显变化", "体重近期无明显增减")}  # fmt: skip
_COVERS = {"diarrhoea": {"stool"}, "constipation": {"stool"}, "melaena": {"stool"}, "dysuria": {"urine"},
           "haematuria": {"urine"},
           "consciousness": {"精神"}, "fatigue": {"精神"}, "vomiting": {"appetite"}}  # fmt: skip
_GENERAL_OPENINGS = ("起病以来，", "病来", "发病以来，", "自发病来，", "近期", "病程中")
_HEALTHY = ("既往体健。", "平素体健。", "既往史无特殊。", "否认慢性病史。")
_HISTORY_OPENINGS = ("既往：", "既往史：", "", "", "既往")
_HISTORY_ENDINGS = ("否认药物过敏史", "无食物、药物过敏史", "否认手术、外伤史", "预防接种史不详", "否认输血史")
_OPERATED = re.compile("术|输血|外伤")
_CHILD_YEARS = 14


def present_illness_zh(
    rng: Random,
    visit: Visit,
    *,
    findings: list[str],
    negatives: list[str],
    onset: str,
    short: bool,
    told: frozenset[str],
) -> str:
    """Write the present illness.

    Args:
        rng: The stream of the case.
        visit: Whose illness it is.
        findings: Wordings of the positive findings, the leading ones first.
        negatives: Wordings of what is denied, as positive terms.
        onset: Circumstances of the onset.
        short: A triage note of one or two sentences.
        told: Symptoms that findings or complaint speak of; the general condition leaves these out.
    """
    core, rest = _core(rng, _without_echoes(findings))
    opening = pick(rng, _SHORT if short else (_INJURY_OPENINGS if _is_injury(visit) else _OPENINGS))
    if any(mark in opening for mark in _NOT_FOR_CLAUSES) and _CLAUSE.search(core):
        opening = _OPENINGS[0]
    sentences = [
        opening.format(
            core=core, onset=onset, dur=visit.duration.zh(rng), **_person(rng, visit, "consciousness" in told)
        )
    ]
    sentences[0] += "".join(_further(rng, rest))
    if short:
        sentences += [_denial(rng, negatives[:2])] if negatives and chance(rng, 0.7) else []
        return "。".join(sentences) + "。"
    middle = [_denial(rng, negatives)] if negatives else []
    if chance(rng, 0.55) and not visit.began_in_hospital:
        middle.append(pick(rng, _course(visit)))
    sentences += shuffled(rng, middle)
    if not visit.duration.is_acute and chance(rng, 0.35) and visit.age_years >= 1:
        sentences.append(_general_condition(rng, told))
    if chance(rng, 0.5) and not visit.began_in_hospital:
        sentences.append(pick(rng, _ENDINGS[visit.condition.setting]).format(department=visit.condition.department_zh))
    return "。".join(sentences) + "。"


def past_history_zh(rng: Random, visit: Visit, entries: list[str]) -> str:
    """Write the past history; empty where nothing was asked."""
    extra = []
    if not any("过敏" in entry for entry in entries) and chance(rng, 0.4):
        extra.append(pick(rng, _HISTORY_ENDINGS[:2]))
    if visit.age_years > 1 and not _OPERATED.search("".join(entries)) and chance(rng, 0.15):
        extra.append(pick(rng, _HISTORY_ENDINGS[2:]))
    if not entries:
        return pick(rng, _HEALTHY) + (f"{extra[0]}。" if extra else "")
    joined = pick(rng, ("；", "。", "，")).join([*entries, *extra])
    opening = "" if joined.startswith("既往") else pick(rng, _HISTORY_OPENINGS)
    if opening == "既往" and not joined.startswith(("高血压", "2型", "糖尿病", "有", "患", "冠心病", "慢性")):
        opening = "既往史："
    return opening + joined + "。"


def exam_zh(rng: Random, exam: list[str], tests: list[str]) -> str:
    """Write examination and test results."""
    blocks = []
    if exam:
        blocks.append(pick(rng, ("查体：", "体格检查：", "", "PE：", "体检：")) + "，".join(exam) + "。")
    if tests:
        label = pick(rng, ("辅助检查：", "检查：", "化验及检查：", "辅检：", "相关检查："))
        blocks.append(label + pick(rng, ("；", "。", "，")).join(tests) + "。")
    return "".join(blocks)


def _course(visit: Visit) -> tuple[str, ...]:
    if not visit.duration.is_acute:
        return _LONG_COURSE
    return _URGENT_COURSE if visit.condition.setting == "emergency" else _SHORT_COURSE


def _person(rng: Random, visit: Visit, is_clouded: bool) -> dict[str, str]:
    child = visit.age_years < _CHILD_YEARS
    who = "患儿" if child else "患者"
    tellers = ("家长诉", "家长代诉", "其母诉") if child else ("自述", "诉", "自诉")
    if is_clouded and not child:
        tellers = ("（家属代诉）", "（由家属代述）", "（陪同者代诉）")
    return {
        "who": who,
        "patient": who,
        "sex": "男" if visit.is_male else "女",
        "age": age_zh(visit.age),
        "teller": pick(rng, tellers),
    }


def _is_injury(visit: Visit) -> bool:
    """Tell whether the condition is of ICD-10 chapter XIX: an injury or a poisoning does not "fall ill"."""
    return visit.condition.icd10[0] in "ST"


def _without_echoes(findings: list[str]) -> list[str]:
    """Leave out what ends in the words of an earlier finding."""
    return [text for n, text in enumerate(findings) if not any(text[-4:] in other for other in findings[:n])]


def _core(rng: Random, findings: list[str]) -> tuple[str, list[str]]:
    first, rest = _LEADING.sub("", findings[0]), findings[1:]
    if rest and chance(rng, 0.45) and not _CLAUSE.search(first + rest[0]):
        return f"{first}{pick(rng, ('、', '及', '，', '伴'))}{_LEADING.sub('', rest[0])}", rest[1:]
    return first, rest


def _further(rng: Random, findings: list[str]) -> list[str]:
    """Join the other findings in groups of one to three, clauses by commas, symptoms by a word such as 伴."""
    written: list[str] = []
    group: list[str] = []
    links = shuffled(rng, _FURTHER)
    for finding in [_LEADING.sub("", text) for text in findings]:
        if _CLAUSE.search(finding):
            written += [*_close(links, group), pick(rng, ("，", "，", "。", "；")) + finding]
            group = []
        else:
            group.append(finding)
            if len(group) == 3 or chance(rng, 0.35):
                written += _close(links, group)
                group = []
    return [*written, *_close(links, group)]


def _close(links: list[str], group: list[str]) -> list[str]:
    return [f"，{links.pop()}{'、'.join(group)}"] if group else []


def _denial(rng: Random, negatives: list[str]) -> str:
    form = pick(rng, _DENIALS)
    if any(_PAST.search(negative) for negative in negatives):
        now, past = [n for n in negatives if not _PAST.search(n)], [n for n in negatives if _PAST.search(n)]
        return (f"{form.format(a='、'.join(now))}，" if now else "") + f"否认{'、'.join(past)}"
    if len(negatives) < 3 or chance(rng, 0.4):
        return form.format(a="、".join(negatives))
    cut = 1 + int(rng.random() * (len(negatives) - 1))
    head, tail = "、".join(negatives[:cut]), "、".join(negatives[cut:])
    return f"{form.format(a=head)}，{'否认' if '否认' not in form else '亦无'}{tail}"


def _general_condition(rng: Random, told: frozenset[str]) -> str:
    told = told.union(*(also for name, also in _COVERS.items() if name in told))
    items = [pick(rng, forms) for name, forms in _GENERAL.items() if name not in told and chance(rng, 0.75)]
    return pick(rng, _GENERAL_OPENINGS) + "，".join(items) if items else "一般情况尚可"
