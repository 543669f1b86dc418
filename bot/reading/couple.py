"""An old person writes and names the other half: does he tell of that one, of himself, or of both?

By the guide the one who writes is meant only where the text says so. 我扶她坐下了 tells of her, 她夸我 of nobody but me.
"""

from __future__ import annotations

import re

from bot.reading.absences import left_alone
from bot.reading.scene import FIRST_PERSON

HALF, OTHER = "◐", "○"  # what stands for the other half, and for everybody else, in the texts below
ME = "(?:我|俺|咱|吾|余|本人)"
OF_ONESELF = re.compile(ME)
TOGETHER = re.compile(
    f"俩|我也(?:好|没事|没啥|平安|还行)|我们(?!家?{HALF}|家?那)|咱们|两口(?:子|(?=都|全|好|人|平安|在))|二人|两人|各自|一起|一搭|一块(?:儿|(?=吃|去|看|坐|走|下|出|上|回|包|做|打|喝|买|晒|过))"
    "|两个(?=人|老|都|全|一起|好|在)|(?<![饭药茶啥我])都(?=[好在平安没起吃醒挺很还活精健])"
    f"|{ME}?(?:和|跟|与|同|陪|带|领|及)着?{HALF}"
    f"|{HALF}(?:也|在|早上|今天|今早)?(?:和|跟|与|同|陪|带|领|拉|搀|扶|拽|推)着?我"
    f"|我[^，。！ ]{{0,3}}(?:和|跟|与|同|陪|带|领|推|搀)着?{HALF}|(?:^|，){HALF}[^，比给跟把将对叫让说骂认问随嫌催劝管骗哄喊带推送接找夸笑]{{1,3}}我[^，]{{1,4}}(?:，|$)"
    f"|{HALF}[^，]{{0,6}}给我[剥煮做端熬拔念点捶揉削剪梳]|给{HALF}[量测]"
)
# The other half is out of sight, or not known to be well,
GONE = re.compile(
    "没起|门还?关着|没进门|没影|[她他]等会儿?回|照面|关着门|没问|接去|没见|没看见|没回|没跟[她他].{0,2}[说讲]|住院|住着院|[在去上]医院|接走|上班[了去]|出差|走了$|不知道|等会儿?再报|[她他]的等|没醒"
    "|(?:那份|的)[^，。]{0,6}自己(?:再)?报|(?:回来|醒了|起来)(?:再)?(?:[叫让][他她])?(?:自己|个家|自个)(?:再)?报|没(?:叫|喊|吵)醒|没惊动"
)
# and yet heard or told of.
HEARD = re.compile("呼噜|打呼|应了|睡着|睡得|都好|我也(?:好|没事|没啥|平安)")
# Left asleep, and reported for later: 秀英还睡着呢没叫她, 等她醒了再报
LEFT_ASLEEP = re.compile("没(?:叫(?!苦|喊|疼)|喊(?!疼|苦|累)|惊动|舍得叫|敢叫|忍心)|等[他她]?(?:醒|起)|醒了?(?:我)?再")
# The other half comes in only as who says or does something to the writer: ◐夸我俊, ◐包的饺子.
IN_PASSING = re.compile(
    f"^{HALF}.{{0,3}}(?:瞎|大惊小怪|操心|告状|监督|急|担心|慌|的事|多嘴|那张嘴|乱|说了?我|夸我|骂我|催我|说是"
    "|[把将]我(?!的)|给我|(?:昨[天晚儿个夜]*)?[做包熬擀买织炖蒸炒煮缝腌捎钓]的)"
)
# What the writer does, before the name: 给◐剪了指甲.
FOR_HALF = re.compile("(?:给|替|帮|喊|叫|让|等|找|比|随|听|怕|瞒着|骂|跟|为|怨)$")
OURS = re.compile(f"(?:^|谁说|谁讲|说){ME}(?:(?:们|家|屋里|的)*(?:那个?|这)?)$")  # 我们家◐
# The writer only sees, tells or helps: 我说, 我喊他, 我给她洗.
LOOKS_ON = re.compile(
    f"{ME}(?:刚才?|才|早上|今早|今天|今儿|这会儿?|这就|昨晚|一直|就|也|还|又|正|都|先|半夜|起来|进去|过去|去){{0,3}}"
    "(?:说|问|[看瞅瞧望听](?:[他她]|着[他她]|见|到|着?也?(?:没事|没啥|还?好|挺好|还行))|喊|叫[他她你]|骂|扶[他她]|喂[他她]|替|帮|没跟|戳|推[他她了]|拉[他她]|让[他她你大]|劝|守"
    "|拍[他她]|摸[他她]|逗[他她]|哄[他她]|[他她]|管不|信|不让|嫌|等[他她]|找[他她]|追|背|擦|洗了[他她]|跟[你大各]|报告|代|汇报|估|怕|以为|寻思"
    "|想着|拗|服|不知道|不晓得|扶[起回到进上]|给[贴揉敷擦捶熬冰倒喂剪洗端]|在[^，]{1,4}(?:喊|叫|[看瞅瞧听][他她见着到])|去[^，]{1,4}[看瞧]|[^，]{0,6}没跟上|差点|没认|耳[背朵]|都嫌|刚?从[他她]|[给把][他她](?!.*(?:着呢|着哩|呢|烙|做|煮)))"
)
# Beside a complaint: the one who is well, 我倒没传上, ◐没事.
WELL = (
    "(?:无事|无恙|没事|没啥|没麻达|好着|好得|挺好|好好|好$|好[，。]|还好|还行|硬朗|(?:一切)?如常|无妨|正常|没传上|平安)"
)
ME_WELL = re.compile(
    f"{ME}(?:自己|人|这边)?(?:倒|则|可|也|还)?(?:是)?{WELL}|{ME}是?一点(?:问题|事|毛病)[都也]?没有|^{ME}行(?:[，。 ]|$)|{ME}嘛?[，。 ]?该吃就?吃"
)
HALF_WELL = re.compile(
    f"{HALF}(?:的[^，。 ]{{1,4}})?(?:[他她]|人)?(?:今[早天个儿]|这会儿?)?(?:倒是?|也|还|可)?{WELL}|{HALF}[^，。 ]{{0,2}}倒是?(?:吃|睡|精神|呼噜|香|有劲)"
    f"|{HALF}(?:[^，。 ]{{1,8}}[，。 ]+)?精神(?:大|好|得)|{HALF}[^，。 ]{{1,5}}[，。 ]+[他她]倒(?:利索|没事|好)"
)
LATER = re.compile("我的(?:我)?(?:等|一会|待会|回头|晚点|过会)")  # what the writer will report of himself
MINE_ONLY = re.compile("先报我的|报我自己|先报自己|我先报了")
# Said to the group, of neither: 别问了
TO_ALL = re.compile("(?:都|你们?|大家|各位)?(?:别|甭|莫|不要|放心|不用|谢|对不住)|报告|群里|谁[说讲]")
OUT = re.compile("[去走][了咧]|[拉接叫喊]去|出去|出门|上街")  # where the one who writes is alone
ONLY_ME = re.compile("(?:就剩?下?|剩)我|我一个人?")
PAUSE = re.compile(
    r"[，。！？；、\s~～]+"
    # 老宗买菜去了我在家和面, without a comma
    f"|(?:(?<=[去来走睡起完好菜饭药街楼]了)|(?<=着[呢哩]))(?={ME}(?!的|们|家|妈|爸))"
)
FEW = 3  # characters before the name that say nothing yet


def together(text: str) -> bool:
    """Is it said in so many words of both: 我俩, 陪我, 一起?"""
    return _of_both("，".join(_clauses(text)))


def _of_both(whole: str) -> bool:
    return TOGETHER.search(whole) is not None and (_heard(whole) or not GONE.search(whole))


def _heard(whole: str) -> bool:
    return HEARD.search(whole) is not None and LEFT_ASLEEP.search(whole) is None


def _clauses(text: str) -> list[str]:
    return [c for c in PAUSE.split(text) if c]


def told_of(text: str) -> tuple[bool, bool]:
    """(the writer, the other half): who is told of in a text that names the other half HALF and everybody else OTHER."""
    clauses = _clauses(text)
    whole = "，".join(clauses)
    if _of_both(whole):
        return True, True
    heard = _heard(whole)
    me = half = False
    gone = LEFT_ASLEEP.search(whole) is not None or (HALF in whole and left_alone(whole, whole.index(HALF) + 1))
    alone = ONLY_ME.search(whole) is not None
    about = "me"  # whom a clause without a subject goes on about
    for c in clauses:
        at = c.find(HALF)
        if at < 0 and TO_ALL.match(c):
            continue
        if at >= 0:
            before, after = c[:at], c[at:]
            gone = gone or GONE.search(after) is not None or (alone and OUT.search(after) is not None)
            if FOR_HALF.search(before) or IN_PASSING.match(after):
                about = ""
            elif OURS.search(before):
                half, about = True, "half"
            else:
                own = FIRST_PERSON.search(before) is not None
                me = me or own or len(before) > FEW
                half, about = True, "me" if own else "half"
        elif OF_ONESELF.match(c):
            if not LOOKS_ON.match(c) and not LATER.match(c):
                me, about = True, "me"
        elif c[0] in "他她" or about == "half":
            about = "half"
            gone = gone or GONE.search(c) is not None
            half = True
        elif about:
            me = True
        if ONLY_ME.search(c):
            me = True
    if me:
        half = MINE_ONLY.search(whole) is None and (heard or (half and not gone))
    return me or not half, half  # who only waits on the other is told of where nobody else is


def well_beside(text: str) -> tuple[bool, bool]:
    """(the writer, the other half): who is said in so many words to be well, in a text that complains of one of the two."""
    return ME_WELL.search(text) is not None, HALF_WELL.search(text) is not None
