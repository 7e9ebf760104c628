"""The English cue phrases, in lower case."""

from __future__ import annotations

from typing import Final

from casefinder.clinical.findings.cues import Cue, Reach, Role, index_cues
from casefinder.clinical.findings.cues_en_doubt import EN_DOUBT, combine_words, en_cue

_LIST: Final = Reach.LIST
_SENTENCE: Final = Reach.SENTENCE


_NEGATE: Final = (
    # 45 characters hold "no clinical, laboratory or radiological evidence of".
    (
        en_cue(Role.NEGATE, ahead=45, back=3, reach=_LIST),
        ("no|none|nil|never|never had|has no|have no|had no|with no|there is no|there was no"),
    ),
    (
        en_cue(Role.NEGATE, ahead=45, back=12, reach=_LIST, is_firm=True),
        "denies|denied|deny|denying|denies any|denies having|denies ever having|denied having|denied any",
    ),
    (
        en_cue(Role.NEGATE, ahead=45, reach=_LIST),
        combine_words(
            "not|doesn't|don't|didn't|hasn't|haven't|hadn't|never|cannot|can't|couldn't|could not|fails to|failed to|"
            "failing to",
            "yet|clearly|really|specifically|definitely|ever|",
            "have|had|show|shown|reveal|revealed|demonstrate|demonstrated|identify|identified|detect|detected|find|"
            "found|develop|developed|experience|experienced|notice|noticed|note|noted|report|reported|see|seen|"
            "observe|observed|exhibit|exhibited|suffer from|suffered from|complain of|complained of|endorse|"
            "endorsed|describe|described|feel|felt|support|suggest|indicate|appreciate|elicit|palpate|hear|"
            "visualize|visualise|meet criteria for",
        ),
    ),
    (
        en_cue(Role.NEGATE, ahead=20, reach=_LIST),
        "lacks|lacking|lacked|unremarkable for|ruled out for|was ruled out for|were ruled out for|"
        "been ruled out for|argues against",
    ),
    (en_cue(Role.NEGATE, back=0), "-free"),
    (en_cue(Role.NEGATE, back=3), "non-reactive|nonreactive|non reactive"),
    (
        en_cue(Role.NEGATE, ahead=20),
        "rather than|instead of|as opposed to|misdiagnosed with|misdiagnosed as|mistaken for|wrongly diagnosed with",
    ),
    (en_cue(Role.NEGATE, back=8), "was withheld|were withheld|withheld|was held|were held|is being held|held"),
    (
        en_cue(Role.NEGATE, ahead=45, reach=_LIST),
        "without|w/o|without any|without evidence of|unaccompanied by",
    ),
    (
        en_cue(Role.NEGATE, ahead=45, reach=_LIST),
        (
            "negative for|was negative for|were negative for|is negative for|are negative for|"
            "neg for|no evidence of|no sign of|no signs of|no symptoms of|absence of|free of|"
            "free from|lack of|neither|nor|no suspicion of|no history of|no known history of|"
            "no past medical history of|no prior history of|no previous history of|no family history of|"
            "denies family history of|denies a family history of|denies history of|denies any history of|"
            "denies prior history of|no significant|no known|no personal history of|no longer|no longer has|"
            "no longer complains of|no longer reports|no longer experiences|no longer had|no complaints of|"
            "no complaint of|failed to reveal|fails to reveal|failed to show|failed to demonstrate|"
            "did not reveal|did not show|does not show|did not demonstrate|not associated with|"
            "not accompanied by|not consistent with|not suggestive of|inconsistent with|not present with|"
            "not complain of|not report|not have|not have any|not had|not had any|not show|not reveal|"
            "not demonstrate|not develop|not experience|not suffer from|not exhibit|doesn't have|don't have|"
            "didn't have|hasn't had|haven't had|isn't|aren't|wasn't|weren't|doesn't|don't|didn't|hasn't|"
            "haven't|not been|not find|not found|not identify|no more|no current|no active|exclusion of|"
            "not preceded by|not followed by|not note|not to have|without signs of|without any evidence of|"
            "without history of|"
            "without a history of|negative history of|negative family history of|negative family history for|"
            "family history negative for|family history is negative for|nobody in my family has|"
            "no one in my family has|"
            "never been told i have|never been diagnosed with|no c/o|nil c/o|denies c/o"
        ),
    ),
    (en_cue(Role.NEGATE, ahead=12, reach=_LIST), "not|not a|not any|not in|nonexistent|non"),
    (
        en_cue(Role.NEGATE, ahead=20, reach=_LIST),
        (
            "no longer on|no longer taking|no longer takes|no longer using|no longer uses|no longer requires|hold off|"
            "hold off on|holding off|holding off on|defer|deferred|deferring|withholding|hold|"
            "not taking|not on|not receiving|never took|never received|declined|declines|refused|refuses|"
            "abstinent from|abstains from|abstaining from|"
            + combine_words("not", "yet|currently|presently|actively", "on|taking|receiving|requiring|using")
        ),
    ),
    (
        en_cue(Role.NEGATE, back=16),
        combine_words("no longer", "present|seen|visible|evident|detectable|palpable|there|audible|an issue|a problem"),
    ),
    (
        en_cue(Role.NEGATE, back=16),
        combine_words(
            "was|were|is|are|been|",
            "not",
            "given|administered|performed|started|required|needed|used|prescribed|attempted|carried out|offered|"
            "indicated",
        ),
    ),
    (
        en_cue(Role.NEGATE, back=16),
        combine_words(
            "was|were|initially|", "considered|suspected", "but|and", "|subsequently|later|then", "excluded|ruled out"
        ),
    ),
    (
        en_cue(Role.NEGATE, back=24),
        combine_words(
            "was|were|is|are|felt to be|thought to be|considered|has been|have been",
            "effectively|reasonably|essentially|clinically|definitively|reliably|now|since been|subsequently",
            "ruled out|excluded",
        )
        + "|felt to be ruled out|thought to be ruled out|considered ruled out|effectively excluded|"
        "effectively ruled out",
    ),
    (
        en_cue(Role.NEGATE, back=16),
        (
            "absent|is absent|was absent|are absent|were absent|was negative|is negative|are negative|not present|"
            "not seen|not noted|not detected|not found|not observed|not identified|not palpable|not evident|"
            "not demonstrated|not appreciated|not heard|not elicited|[-]|was denied|were denied|are denied|"
            "is denied|excluded|was excluded|is excluded|were excluded|has been excluded|been excluded|"
            "was ruled out|were ruled out|is ruled out|been ruled out|has been ruled out|have been ruled out|"
            "not reported|not visualized|not visualised|not apparent|not confirmed"
        ),
    ),
    (
        en_cue(Role.NEGATE, back=16),
        combine_words(
            "not|never|cannot be|could not be|can't be|couldn't be|can not be",
            "clearly|definitely|readily|",
            "seen|noted|detected|found|observed|identified|palpated|palpable|demonstrated|appreciated|heard|elicited|"
            "visualized|visualised|felt|visible|appreciable|reproducible|demonstrable|detectable|audible|confirmed",
        ),
    ),
    (en_cue(Role.NEGATE, ahead=1, back=16, prefers_back=True), "negative|neg"),
    (en_cue(Role.NEGATE, ahead=1, back=2, reach=_LIST, prefers_back=True), "(-)"),
    (en_cue(Role.NEGATE, ahead=30, back=8, reach=_LIST), "ruled out|rules out|excludes|excluded|excluding|ruling out"),
)
_PAST: Final = (
    (
        en_cue(Role.PAST, ahead=45, reach=_SENTENCE),
        (
            "history of|a history of|known history of|medical history of|past medical history of|"
            "past history of|prior history of|previous history of|remote history of|distant history of|"
            "history significant for|history is significant for|medical history significant for|"
            "history includes|history included|medical history includes|medical history included|"
            "past medical history significant for|h/o|hx of|hx|pmh of|pmhx of|pmh|pmhx|past medical history|"
            "past medical history includes|past medical history included|past surgical history|"
            "previous medical history|history notable for|medical history notable for|history positive for|"
            "history was significant for"
        ),
    ),
    (
        en_cue(Role.PAST, ahead=30),
        (
            "previous|previously|prior|status post|s/p|formerly|former|had previously|"
            "cured of|recovered from|past|years ago she had|years ago he had|years earlier|"
            "treated previously for|previously treated for|previously diagnosed with|used to have|used to take|"
            "used to get|"
            "used to suffer from|used to experience|completed treatment for|completed therapy for|"
            "treated in the past for|"
            "completed|has completed|had completed|finished|completing|switched from|changed from|transitioned from|"
            "converted from|weaned off|weaned from|came off|coming off|d/c|d/c'd|"
            "quit|stopped taking|stopping|discontinuing|discontinuation of|cessation of|resolution of|"
            "disappearance of|childhood|recovering from|years after|months after|years following|"
            "years post|prior episode of|prior episodes of|previous episode of|previous episodes of|past episodes of|"
            + combine_words(
                "years ago|year ago|years earlier|decades ago|last year",
                "he|she|i|the patient|patient",
                "had|underwent|was treated for|suffered|suffered from|sustained|received|was operated on for|"
                "was diagnosed with|had undergone|was found to have",
            )
        ),
    ),
    (
        en_cue(Role.PAST, back=16),
        (
            "years ago|year ago|last year|last winter|last summer|the year before|was cured|"
            "years earlier|years previously|years before|"
            "went away|in infancy|in remission|into remission|"
            + combine_words(
                "has|have|had|was|were|is|are|now|since|",
                "completely|spontaneously|subsequently|fully|eventually|gradually|now|since|all|",
                "resolved|subsided|disappeared|cleared|stopped|ceased|abated|settled|healed|cured|vanished|gone|"
                "gone away|cleared up|defervesced",
            )
        ),
    ),
    (en_cue(Role.PAST, ahead=0), "ex-"),
    (en_cue(Role.PAST, ahead=1), "off"),
    (
        en_cue(Role.PAST, back=2, passes_comma=True),
        "since resolved|now resolved|resolved|which resolved|which has resolved|which have resolved|both resolved|"
        "all resolved|since subsided|now subsided|now gone|since gone|which was replaced by|which was replaced with|"
        "which was switched to|replaced by|replaced with",
    ),
    (
        en_cue(Role.PAST, ahead=30, back=16, prefers_back=True),
        (
            "discontinued|was discontinued|were discontinued|has been discontinued|is discontinued|stopped|"
            "was stopped|were stopped|"
            "in the past|as a child|in childhood|as an infant|as a baby|as a teenager|as an adolescent|"
            "as a young adult|during childhood|in adolescence|when he was a child|when she was a child|"
            + combine_words(
                "in his|in her|in their|in my",
                "early|late|mid|",
                "teens|twenties|thirties|forties|fifties|sixties|20s|30s|40s|50s|60s|youth|childhood",
            )
        ),
    ),
)
# "appendectomy in 2009 and cholecystectomy": a year belongs to what it follows.
_YEARS: Final = (
    Cue(Role.PAST, ahead=30, back=24, prefers_back=True, is_zh=False),
    "|".join(f"in {year}" for year in range(1930, 2050)),
)
_RELATIVE: Final = (
    (
        en_cue(Role.RELATIVE, ahead=60, reach=_SENTENCE),
        (
            "mother|father|brother|brothers|sister|sisters|parent|parents|sibling|siblings|grandmother|"
            "grandfather|grandparents|aunt|uncle|cousin|cousins|son|daughter|daughters|sons|wife|husband|"
            "relative|relatives|family member|family members|twin|niece|nephew|mom|mum|dad|maternal|paternal|"
            "half-brother|half-sister|partner|boyfriend|girlfriend|spouse"
        ),
    ),
    (
        en_cue(Role.RELATIVE, ahead=60, back=4, reach=_SENTENCE),
        (
            "family history|family history of|a family history of|positive family history of|"
            "strong family history of|family history is significant for|family history significant for|"
            "family history includes|family history positive for|family history is positive for|"
            "family history is notable for|family history notable for|fhx|runs in the family|"
            "family history was positive for|fh"
        ),
    ),
)
_OTHERS: Final = (
    (
        en_cue(Role.DROP, back=1),
        (
            "unit|ward|clinic|vaccine|vaccination|vaccines|booster|jab|department|centre|center|contact|contacts|exposure"
        ),
    ),
    (en_cue(Role.DROP, ahead=1), "anti|vaccinated against|immunized against|immunised against"),
    (
        en_cue(Role.DROP, ahead=20),
        ("coworker|co-worker|colleague|classmate|neighbour|neighbor|roommate|vaccinated for|friend"),
    ),
    (
        en_cue(Role.END),
        (
            "but|however|although|though|except|except for|yet|still|apart from|aside from|other than|besides|"
            "only|and has|and had|has|had|have|reports|reported|reporting|"
            "developed|develops|developing|positive for|shows|showed|"
            "showing|revealed|reveals|revealing|noted|with|which|who|that|where|because|because of|due to|"
            "secondary to|caused by|after|before|when|while|despite|started|admits|endorses|and is|and was|"
            "remains|persists|(+)|+|was found|were found|found to have|found|underwent|takes|consistent with|"
            "confirmed|instead|just|i just|whereas|lies|as well as|demonstrated|demonstrates|following|and reports|"
            "at which|"
            "makes|make|drinks|smokes|decided|opted|agreed|given|on|switched to|received|until|since"
        ),
    ),
    (
        en_cue(Role.NOW),
        (
            "p/w|with residual|with persistent|c/o|complains of|complained of|complaining of|complains|complained|"
            "presents|presented|presenting|presents with|presented with|presenting with|now|currently|"
            "today|this time|since then|ever since|admitted|admitted for|admitted with|on admission|"
            "recently|now has|has now|yesterday|this morning|came with|who presents|who presented|days ago|"
            "weeks ago|hours ago|months ago|referred with|was referred"
        ),
    ),
    (
        en_cue(Role.PATIENT),
        "i've|i'm|i only have|i have|i had|i now|i feel|i get|i also|i started|i keep|i developed|"
        "i am|i was|i myself|lately i|"
        "patient|the patient|pt|he|she|the child|the baby|the infant|the boy|the girl|proband|they|it|there",
    ),
)
# Longer phrases win, so a phrase here takes the cue inside it out of play.
_NOTHING: Final = (
    "haven't changed|hasn't changed|not changed|"
    "not only does|not only did|not only has|not only is|no reason to doubt|not stopped|hasn't stopped|has not stopped|"
    "not gone away|hasn't gone away|not gone|won't go away|not settled|not cleared|hasn't resolved|hasn't cleared|"
    "not only|not just|not merely|not necessarily|not relieved|not relieved by|not improve|"
    "not improved|not improving|not respond|not respond to|not responding|not responding to|"
    "not resolve|not resolved|not subside|not controlled|not well controlled|poorly controlled|"
    "not known|not clear|not certain|not sure|not unusual|not without|no doubt|no doubt that|no cause|"
    "no obvious cause|without obvious cause|without apparent cause|without cause|without improvement|"
    "without relief|without response|without change|without difficulty|without any relief|cleared for|cleared by|"
    "is it normal|is it safe|is it ok|is it okay|is this normal|neg pressure|negative pressure|"
    "no apparent cause|no reason|no particular reason|no trigger|no obvious trigger|without trigger|"
    "without provocation|no provocation|gram negative|gram-negative|culture negative|culture-negative|"
    "seronegative|rh negative|triple negative|triple-negative|her2 negative|no matter|nothing|"
    "not drain|not treated|not been treated|not able to|not able|not tolerate|without further|"
    "no effect|no benefit|without effect|without benefit|not helped|not help|not alleviated|"
    "not due to|not related to|unrelated to|not because|not affected|not aggravated|as possible|"
    "if possible|if any|if needed|if necessary|as needed|as soon as possible|"
    "presented with a history of|presents with a history of|presenting with a history of|"
    "admitted with a history of|referred with a history of|came with a history of|gave a history of|"
    "history of present illness|history of presenting illness|history of present complaint|"
    "history of the present illness|history of presenting complaint|history taking|history was|"
    "long history of|long-standing history of|longstanding history of|short history of|"
    "brief history of|recent history of|acute history of|chronic history of|natural history of|"
    "background history of|history and|likely due to|more than|no one|patient's|as well|years old|"
    "allergy clinic|has been|have been|had been|with the|on the|on examination|on exam|"
    "on physical examination|on exertion|stillborn|post-operative|post operative|postoperative|old man|"
    "old woman|old male|old female|old boy|old girl|old lady|old gentleman|year old|month old|week old|"
    "day old|contact lens|contact dermatitis|who reports|who complains|that she|that he|"
    "heart failure unit|at the age of|current medications|current smoker|old age|still birth|fears she|"
    "fears he|fears that|fear that|"
    "asa 1|asa 2|asa 3|asa 4|asa i|asa ii|asa iii|asa iv|asa grade|asa class|asa score|non-bilious|nonbilious|"
    "take off|took off|taken off|day off|days off|time off|off work|off school|off her feet|off his feet|"
    "on and off|off and on|stop smoking|tumor necrosis factor|tumour necrosis factor|on time|only child|"
    "no medication|no medications|no treatment|without treatment|without medication|"
    "no therapy|untreated|could not|cannot|can not|unable to|not eat|not sleep|not possible|"
    "not consistent|not recall|no known cause|without known cause|without warning|no warning|"
    "prolonged periods of|no loss to follow-up|on ra|% ra|robitussin dm|guaifenesin dm|mucinex dm|delsym dm"
).split("|")
_STEADY: Final = combine_words(
    "no|without|without any|not any|no real|little",
    "significant|marked|appreciable|further|noticeable|obvious|interval|clinical|substantial|clear|",
    "increase|decrease|change|improvement|relief|reduction|worsening|progression|response|enlargement|growth|"
    "expansion|deterioration|dilatation|dilation",
    "in|of|from|to|",
)

EN_CUES: Final = index_cues(
    (cue, phrases.split("|")) for cue, phrases in (*_NEGATE, *EN_DOUBT, *_PAST, _YEARS, *_RELATIVE, *_OTHERS)
)
EN_NOTHING: Final = frozenset((*_NOTHING, *_STEADY.split("|")))
