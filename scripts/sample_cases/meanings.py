"""What a wording speaks of, so that the parts of one case agree.

No symptom is denied that was complained of, no man is pregnant, no two sides of the body are mixed up.
"""

from __future__ import annotations

import re
from functools import cache

_SYMPTOMS = {
    "fever": r"发热|发烧|高热|低热|高烧|低烧|畏寒发热|寒战发热|体温|烧了|烧到|fever|febrile|temperature",
    "chills": r"寒战|畏寒|打摆子|发冷|怕冷|chills?|rigors?|shiver",
    "sweat": r"汗|sweat|clammy",
    "nausea": r"恶心|想吐|作呕|nausea|sick to|feeling sick",
    "vomiting": r"呕吐|呕(?!血)|吐(?!血|字|词)|vomit|retch|throwing up",
    "haematemesis": r"呕血|吐血|haematemesis|vomit\w* (fresh )?blood",
    "melaena": r"黑便|柏油|大便发黑|melaena|black stools?|tarry",
    "diarrhoea": r"腹泻|拉肚子|拉稀|稀便|水样便|拉了|diarrhoea|loose|watery stool",
    "constipation": r"便秘|排便停止|停止排气|constipat",
    "cough": r"咳|cough",
    "sputum": r"痰|sputum|phlegm",
    "haemoptysis": r"咯血|血痰|痰中带血|咳血|haemoptysis|blood-streaked|coughing (up )?blood",
    "dyspnoea": r"呼吸困难|气促|气短|气急|气喘|喘|憋气|憋醒|呼吸费力|breathless|short(ness)? of breath|dyspnoea",
    "chest pain": r"胸痛|胸疼|胸闷|胸口|心口|心前区|胸骨后|chest (pain|tight|pressure|heav)|retrosternal",
    "palpitations": r"心悸|心慌|心跳|palpitation|racing heart|heart racing|flutter|pounding heart",
    "dizziness": r"头晕|眩晕|头昏|天旋地转|dizz|vertigo|light-headed|giddi|spinning",
    "syncope": r"晕厥|晕倒|昏倒|眼前发黑|黑矇|syncope|faint|blackout|passed out|collaps",
    "headache": r"头痛|头疼|偏头痛|headache|head pound|pounding head|thunderclap",
    "abdominal pain": r"腹痛|腹部.{0,3}痛|肚子.{0,3}[疼痛]|胃[疼痛]|上腹.{0,4}[疼痛]|下腹.{0,4}[疼痛]|"
    r"abdominal (pain|cramp)|(belly|stomach|tummy|epigastric) (pain|ache|cramp)",
    "bloating": r"腹胀|肚子胀|bloat|distension|distended",
    "jaundice": r"黄疸|[眼尿身]\S{0,3}黄|巩膜|皮肤黄|jaundice|yellow",
    "rash": r"疹|红斑|rash|hives|weals|red spots",
    "itch": r"痒|itch|pruritus",
    "swelling": r"水肿|浮肿|腿肿|脚肿|oedema|swollen (legs?|ankles?|feet)|ankle swelling|puff",
    "weight loss": r"消瘦|体重下降|体重减轻|瘦了|weight loss|los(t|ing) weight",
    "appetite": r"食欲|纳差|胃口|食量|吃奶|没胃口|厌食|appetite|off food|off feeds|poor feeding|feeds? |hunger|多食",
    "sleep": r"睡|失眠|早醒|sleep|insomnia|waking",
    "fatigue": r"乏力|疲|没劲|没力气|fatigue|tired|exhaust|no energy",
    "limb weakness": r"(肢体|上肢|下肢|手脚|右侧|左侧|一侧).{0,5}(无力|麻木|不灵|动不了)|偏瘫"
    r"|limb weakness|weakness of one side",
    "speech": r"言语|说话|口齿|讲话|speech|slurr",
    "consciousness": r"意识|昏迷|叫不醒|嗜睡|神志|不认人|consciousness|drows|unrespons|confus",
    "seizure": r"抽搐|抽风|惊厥|convuls|seizure|fits\b",
    "dysuria": r"尿频|尿急|尿痛|小便疼|dysuria|urinary frequency|pain\w* (on )?(passing urine|urinat)|burning urine",
    "haematuria": r"血尿|尿血|尿红|haematuria|blood in the urine|red urine",
    "urine": r"尿|urin|pee\b",
    "stool": r"大便|便血|粪|排便|解手|stool|bowel|defaec",
    "sore throat": r"咽痛|嗓子疼|咽喉痛|喉咙痛|sore throat",
    "runny nose": r"流涕|鼻塞|鼻涕|runny nose|nasal|snuffl|blocked nose",
    "joint pain": r"关节.{0,4}[疼痛]|joint (pain|swelling)|joints",
    "back pain": r"腰痛|腰疼|背痛|腰背|back (pain|ache)|backache|loin pain|flank pain",
    "vaginal bleeding": r"阴道.{0,4}(出血|流血)|下面.{0,3}(出血|血)|vaginal bleeding|spotting",
}
_COMPILED = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _SYMPTOMS.items()}
_SEPARATORS = re.compile(r"[、，及和或与]|, | or | and ")
_ARTICLE = re.compile(r"^(a|an|any|the|recent|marked|visible) ")
_FEMALE = re.compile(
    r"孕|月经|绝经|闭经|哺乳|子宫|卵巢|宫颈|阴道|痛经|产妇|产后|例假|妊娠|妇科|老太"
    r"|\b(she|her|herself|pregnan\w*|menstrua\w*|menopaus\w*|postmenopausal|vaginal|uter\w+|ovar\w+|breast-?feeding)\b",
    re.IGNORECASE,
)
_MALE = re.compile(
    r"前列腺|阴囊|睾丸|阴茎|老头|老汉|\b(he|his|him|himself|prostat\w*|scrot\w*|testic\w*)\b", re.IGNORECASE
)
_CHILD = re.compile(r"孩子|小孩|宝宝|娃|患儿|\b(baby|toddler|child|infant|mum)\b")
_MENSES = re.compile(r"月经[量期不紊]|痛经|例假|heavy periods|heavier periods")
_YOUNG = re.compile(r"上学|考研|高考|考试|同学|宿舍|军训|\b(exams?|classmates?)\b")
_ELDER = re.compile(
    r"退休|老人|老太|老头|老汉|爷爷|奶奶|\b(elderly|old lady|old man|retire\w*|grand(child|son|daughter)\w*)\b"
)
_CHILD_YEARS = 14
_YOUNG_YEARS = 32
_ELDER_YEARS = 60


@cache
def symptoms(text: str) -> frozenset[str]:
    """Name the symptoms that a wording speaks of."""
    return frozenset(name for name, pattern in _COMPILED.items() if pattern.search(text))


@cache
def parts(text: str) -> tuple[str, ...]:
    """Split an enumeration into its parts, without articles."""
    cut = (_ARTICLE.sub("", part.strip().lower()) for part in _SEPARATORS.split(text))
    return tuple(part for part in cut if len(part) > 1)


@cache
def denied_symptoms(text: str) -> frozenset[str]:
    """Name the symptoms that are denied as a whole; a qualified one (tearing back pain) does not count."""
    found = set()
    for part in parts(text):
        found |= {name for name, pattern in _COMPILED.items() if pattern.fullmatch(part)}
    return frozenset(found)


@cache
def suits(text: str, *, is_male: bool, band: str, mixed_sexes: bool) -> bool:
    """Tell whether a wording can be said of a patient of this sex and age band (child, young, adult, elder)."""
    if mixed_sexes and (_FEMALE.search(text) if is_male else _MALE.search(text)):
        return False
    if (band != "elder" and _ELDER.search(text)) or (band not in ("child", "young") and _YOUNG.search(text)):
        return False
    if band == "elder" and _MENSES.search(text):
        return False
    return band == "child" or not _CHILD.search(text)


@cache
def side(text: str) -> str:
    """Return ``L`` or ``R`` for a wording about one side of the body only, else an empty string."""
    left = re.search(r"左(?![室房心旋氧卡西])|\bleft\b", text) is not None
    right = re.search(r"右(?![室房心旋])|\bright\b", text) is not None
    return "" if left == right else ("L" if left else "R")


def age_band(age_years: float) -> str:
    """Return child, young, adult or elder."""
    if age_years < _YOUNG_YEARS:
        return "child" if age_years < _CHILD_YEARS else "young"
    return "elder" if age_years >= _ELDER_YEARS else "adult"
