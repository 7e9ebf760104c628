"""The English cue phrases of doubt and of plans, in lower case."""

from __future__ import annotations

from typing import Final

from casefinder.clinical.findings.cues import Cue, Reach, Role, combine

_LIST: Final = Reach.LIST


def en_cue(
    role: Role,
    *,
    ahead: int | None = None,
    back: int | None = None,
    reach: Reach = Reach.CLAUSE,
    prefers_back: bool = False,
    is_firm: bool = False,
    is_both: bool = False,
    passes_comma: bool = False,
) -> Cue:
    """Make a cue of English words."""
    return Cue(
        role,
        ahead,
        back,
        reach,
        prefers_back,
        is_zh=False,
        is_firm=is_firm,
        is_both=is_both,
        passes_comma=passes_comma,
    )


def combine_words(*parts: str) -> str:
    """Write out every phrase that takes one alternative of each part, separated by ``|``; see ``combine``."""
    return "|".join(combine(*parts, between=" "))


EN_DOUBT: Final = (
    (Cue(Role.DOUBT, ahead=0, back=3, prefers_back=True, is_zh=False), "?"),
    (en_cue(Role.DOUBT, back=0), "-like"),
    (
        en_cue(Role.DOUBT, ahead=30),
        combine_words("possibly|probably|presumably|perhaps", "due to|secondary to|caused by|from|related to"),
    ),
    (
        en_cue(Role.DOUBT, ahead=40, is_firm=True),
        combine_words("it is|it's|it was|it seems", "unlikely|possible|likely|probable|doubtful|conceivable"),
    ),
    (
        en_cue(Role.DOUBT, ahead=30, reach=Reach.CLAUSE),
        (
            "possible|possibly|probable|probably|suspected|suspect|suspecting|suspicion of|suspicion for|"
            "suspicious for|suspicious of|suggestive of|suggesting|suggests|suggest|concern for|concerns for|"
            "concerning for|concern of|worrisome for|questionable|presumed|presumptive|presumably|may have|"
            "might have|may be|might be|could be|could represent|may represent|might represent|could have|"
            "can be|likely to be|most likely|more likely|thought to be|felt to be|query|queried|appears to be|"
            "apparent|seems to be|equivocal for|"
            "favor|favors|favour|favours|raises the possibility of|possibility of|cannot exclude|can't exclude|"
            "could not exclude|unable to exclude|cannot rule out|can't rule out|could not rule out|"
            "unable to rule out|not rule out|not exclude|not ruled out|not excluded|rule out|r/o|to rule out|"
            "working diagnosis of|working diagnosis|provisional diagnosis of|provisional diagnosis|"
            "presumptive diagnosis of|tentative diagnosis of|question of|cannot be distinguished from|"
            "difficult to distinguish from|hard to distinguish from|indistinguishable from|cannot distinguish|"
            "not impossible that|not impossible|worked up for|being worked up for|workup for|work-up for|work up for|"
            "under investigation for|being investigated for|would fit with|"
            "cannot differentiate|cannot tell from|cannot tell|to differentiate from|to distinguish from|mimicking|"
            "avoid|avoids|avoiding|concerned about|concerned for|worry about|wondering about|could it be|can it be|"
            "could this be|is this|is it|do i have|does he have|does she have|am i having|chance of|any chance of|"
            "likelihood of|as needed for|prn for|in the event of|picture of|"
            "to exclude|to evaluate for|evaluate for|assess for|screen for|screened for|screening for|"
            "compatible with possible|indeterminate for|?"
        ),
    ),
    (
        en_cue(Role.DOUBT, ahead=30),
        combine_words("can", "mean|be a sign of|be due to|be caused by|indicate"),
    ),
    (
        en_cue(Role.DOUBT, ahead=30),
        combine_words(
            "may|might|could",
            "also|well|still|possibly|",
            "have|be|represent|reflect|indicate|suggest|develop|cause|mean|be due to|be related to|be caused by|"
            "be secondary to|be from",
        ),
    ),
    (
        en_cue(Role.DOUBT, ahead=30),
        combine_words(
            "cannot|can not|can't|could not|couldn't|unable to|not|not able to",
            "completely|entirely|definitively|fully|reliably|confidently|",
            "exclude|rule out|discount|dismiss",
        ),
    ),
    (
        en_cue(Role.DOUBT, ahead=30, reach=_LIST),
        "differential diagnosis includes|differential includes|differential diagnosis of|differential diagnosis|"
        "differentials include|differentials|differential is|ddx|ddx includes|differential diagnoses include",
    ),
    (en_cue(Role.DOUBT, ahead=30, back=2, is_both=True), "versus|vs|vs."),
    (
        en_cue(Role.DOUBT, ahead=25, back=8),
        "less likely|unlikely|most likely|is most likely|was most likely|more likely|is more likely|"
        "likely|is likely|was likely|are likely|were likely",
    ),
    (
        en_cue(Role.DOUBT, ahead=30, reach=_LIST, is_firm=True),
        (
            "return if|if|if you develop|if you have|in case of|in case|should you develop|should you have|should|"
            "whether|wonders if|wonder if|wondering if|unclear whether|unclear if|unsure whether|unless|"
            "call for|call us for|call the office for|return for|return precautions for|come back for|"
            "come back if|red flags|warning signs"
        ),
    ),
    (
        en_cue(Role.DOUBT, ahead=30, reach=_LIST),
        (
            "watch for|monitor for|watch out for|observe for|monitored for|monitoring for|observed for|watching for|"
            "look out for|alert for|watch closely for|counselled about|counseled about|warned about|warned of|"
            "educated about|"
            "safety-netted re|safety netted re|safety-netted about|safety-netting re|safety net re|safety-net re|"
            "risks explained|risks discussed|risks of|risks include|risks including|risks incl|complications include|"
            "complications including|possible complications|potential complications|"
            "at risk of|at risk for|risk of|risk for|risk factors for|prophylaxis of|prophylaxis for|"
            "prophylaxis against|to prevent|prevention of|prevent|worried about|afraid of|"
            "fear of"
        ),
    ),
    (
        en_cue(Role.DOUBT, back=16),
        (
            "(?)|is suspected|was suspected|suspected|are suspected|were suspected|is possible|was possible|"
            "is probable|is unlikely|was unlikely|very unlikely|cannot be excluded|"
            "cannot be ruled out|can't be excluded|could not be excluded|could not be ruled out|"
            "not been ruled out|has not been ruled out|not been excluded|has not been excluded|not ruled out|"
            "not excluded|was considered|is considered|were considered|is questionable|is uncertain|"
            "can't be ruled out|to be ruled out|to be excluded|remains possible|in question"
        ),
    ),
    (
        en_cue(Role.DOUBT, back=16),
        combine_words(
            "cannot|can not|can't|could not|couldn't|has not|have not|had not|hasn't|not|not yet|to|should|must|"
            "needs to|need to|still to|yet to",
            "be|been",
            "completely|entirely|definitively|fully|reliably|",
            "excluded|ruled out|discounted|dismissed",
        ),
    ),
    (
        en_cue(Role.DOUBT, back=16),
        combine_words(
            "is|was|are|were|remains|remain|seems|appears",
            "also|still|now|very|highly|thought|felt|considered|",
            "possible|probable|likely|unlikely|suspected|questionable|uncertain|unclear|doubtful|a possibility|"
            "a concern|a consideration|in the differential|on the differential|under consideration|in question|"
            "being considered|queried|to be considered",
        ),
    ),
    (
        en_cue(Role.DOUBT, back=16),
        combine_words("not|not yet|never", "yet|fully|completely|entirely|definitively|", "excluded|ruled out"),
    ),
    (en_cue(Role.DOUBT, back=1), "possible|probable|presumed|suspected|questionable"),
    (
        en_cue(Role.DOUBT, back=16),
        combine_words(
            "is|was|are|were|", "felt to be|thought to be|considered to be|believed to be", "unlikely|possible|likely"
        ),
    ),
    (en_cue(Role.DOUBT, ahead=20), "consider|considering|doubt"),
    (
        en_cue(Role.DOUBT, ahead=30),
        combine_words(
            "worried|afraid|scared|terrified|convinced|concerned|think|thinks|fear|fears|thought",
            "that|",
            "i|he|she|they|it|my son|my daughter|my child|my baby|my mother|my father|my wife|my husband",
            "have|has|may have|might have|could have|is|was|may be|might be",
        ),
    ),
    (
        en_cue(Role.DOUBT, ahead=30),
        combine_words("worried|afraid|scared|terrified|convinced", "it's|this is|it's just|that it's"),
    ),
    (en_cue(Role.DOUBT, back=4), "until proven otherwise|unless proven otherwise|until excluded|until ruled out"),
    (
        en_cue(Role.PLAN, back=3),
        combine_words(
            "|is|was|are|were|has been",
            "planned|recommended|advised|scheduled|awaited|booked|arranged|suggested|to follow|to be started|"
            "to be commenced|to be given",
        ),
    ),
    (
        en_cue(Role.PLAN, ahead=20),
        (
            "planned|scheduled for|planned for|plan for|considered for|recommended|awaiting|would benefit from|"
            "candidate for|start|begin|initiate|recommend|recommends|advised|advise|offered|to undergo|"
            "to receive|to start|awaits|plan|"
            "commence|resume|will resume|have suggested|suggested|we discussed|discussed|would prefer to try|"
            "before starting|can i take|could i take|should i take|is it safe to take|"
            "plans for|listed for|booked for|referred for|pending|"
            + combine_words("may|might|will|would|could|likely to", "need|require|undergo|receive|benefit from|start")
        ),
    ),
)
