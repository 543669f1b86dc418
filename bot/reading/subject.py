"""Whom a text is about: its names together with the sender, the quote, the mentions and the couple."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from bot.model import CONTACT, Intent
from bot.reading.absences import left_alone
from bot.reading.clauses import Clause
from bot.reading.couple import HALF, OTHER, together, told_of, well_beside
from bot.reading.for_all import forwarded
from bot.reading.helping import has_it_done, stands_by, tells, tells_of_another, told_to_help
from bot.reading.names import HAN, split_name
from bot.reading.normalise import Text, take_mentions
from bot.reading.scene import FIRST_PERSON, TRAIT, Scene
from bot.reading.senders import Sender, sender_of
from bot.reading.trouble import alarmed, at_another, goes, writers_own
from bot.reading.who import NEAR_BY, Token

if TYPE_CHECKING:
    from bot.reading.reader import Reader

YOUR_KIN = re.compile("[您你](?:的|家)?(?:老)?(?:父|母|爸|妈|爷|奶|婆|公|外|姥|岳|叔|姑|姨|舅|婶|伯|家老)")
OWN_TURN = re.compile(
    "^我(?:也|没|倒|好|平安|自己|挺|还|今|在|烙|做|煮|蒸|吃|喝|包|洗|扫|织|看电视|炒|起|早起|坐|躺|缓|晒|扶|擀|熬|刚|都好|俩)"
)
MINE_AILS = re.compile(
    "(?:就是|倒是|只是|偏偏)我(?![说看们老家那娃妈爸婆爷屋男媳女])|我[呢嘛][，。 ]"
)  # beside news of the other half: 倒是我这膝盖肿了
AILS = frozenset({"symptom", "bad", "fall"})
# In danger is the one who writes, and not the other half who is well: 桂枝好着 我从凳子上栽下来了
MY_FALL = re.compile(
    "(?:^|[，。 ])我(?:刚才?|自己)?(?:从[^，。 ]{1,6}(?:摔|跌|栽|掉|滚|滑)|摔|跌|栽|滑倒|绊倒|胸口|心口|喘不)"
)
# Under a quote that asks for somebody: 坐我对面打牌呢
BESIDE_WRITER = re.compile(
    "(?:人|他|她|你(?:妈|爸|爷爷?|奶奶?))?(?:就|正|还)?(?:在|坐|站|躺|搁)?(?:在|到)?我(?:的)?(?:对面|旁边|跟前|边上|身边|这[儿里达边]|屋里|家)"
)
HOUSE = re.compile(r"(?:姓|我是老?)?([\u4e00-\u9fff])(?:家的|氏|家那口子|家老[汉头太婆])")
REPORTED = re.compile("(?:奶奶|爷爷|姐|哥|老师)?(?:也|先)?(?:报|说|按|打|回|吱|应|签|点)")  # after 替 and a name
OWN_SELF = re.compile(
    r"我(?:也|没事|没啥|好|平安|自己(?!的)|身体|今天好|今个好|在家|在呢|没麻达|也没|都好|挺好|还好|还是老样|起来了|起了)"
)
WITH = re.compile(r"(?:我|俺|咱|本人|老朽)(?:、|和|跟|与|及|同|陪|领着|带着|扶着|喊上|叫上)$|^(?:和|跟|与|同|陪)$")
# Before who goes away with the old person who writes: 明天跟老伴去女儿家
ALONG = re.compile(
    "(?:[，。！ ]|[今明后]天|[今明]儿|今早|[早晚]上|下午|上午|晌午|一早|刚|正|又|要)(?:和|跟|与|同|陪|带)着?$"
)
# Of somebody beside the request of the one who writes, for whom it is not: 老褚够不着，谁会修水箱
NO_HELP = re.compile(
    "也?(?:[跑走搬提拎]不动|够不着|拧不开|看不见|修了|修不[好了]|[说嫌]我|叫我别|喊我|把我的|今[个天]去|不在|出门)"
)
FOR_BOTH = re.compile("[帮给替接带送拉陪教叫](?:我|咱|俺)们?(?:俩|两个)")  # in a request
AND_ME = re.compile("(?:和|跟|与)(?:我|俺|咱)(?:俩|两个)?(?:都|也|各自|一起|一块|一搭|[，。！ ]|$)")  # 老岳和我都平安
LISTED = re.compile("(?:老?(?:奶奶|爷爷|阿姨|大爷|大妈|老师|叔叔?|老人|师傅|姨|奶|爷|老两口|两口子|夫妇))?$")
BESIDE_ME = re.compile("(?:找|等|替|帮|骂|喊|输给|赢了|给|教|请|约|学|像|比)(?:了)?$")
# A stranger in an old person's own news: 叫老李将死三回, 刚跟门房老周杀了两盘, 老刘昨个夜里走了，我心里堵得慌
PASSING = re.compile(
    "(?:叫|被|让|给|替|找|等|听|帮|教|请|约|骂|门房|对门|隔壁|楼上|楼下|邻居|老邻居|街坊)(?:了)?(?:的)?$"
)
# What he does himself beside it, and not with or for that one: 老尚腌菜，我剥蒜
MINE_TOO = re.compile(
    "(?:^|[，。！ ])(?:但|可|倒是|就)?我(?:今[天早个儿]|刚才?|早上|才|也|还|正|都){0,2}"
    "(?![今刚才也还正都早的家们妈爸娘爹儿女孙婆爷奶姑姨叔舅哥姐弟妹外岳公老邻同朋看见听问给替帮跟和碰遇叫喊打陪劝扶说瞧去怕让找等估以想知不没])"
)
PASSED_AWAY = re.compile(
    "(?:老汉|老师傅|爷爷|奶奶)?(?:昨[天晚个夜]?|前[天晚]|夜里|今早|今天){0,2}(?:夜里)?(?:走了|没了|去世|过世|不在了)"
)
CHATTERS = re.compile("(?:又|尽|净|就|是|在|爱)?(?:(?:瞎|胡|乱)(?:说|操心|讲|报|喊|着急|紧张)|大惊小怪|多嘴|小题大做)")
# Before the name of somebody who is wrong about the one who writes, or is only put to trouble.
UNHEEDED = ("别听", "甭听", "莫听", "别信", "甭信", "害得", "害", "惹得")
OF_ME = re.compile(
    "(?:又|总|老|也|正|在)?(?:说|嫌|骂|笑|怪|给|扶|陪|帮|替|照顾|搀|背|伺候|守着?)着?我"
)  # 老鲍说我咳得厉害
GAVE_ME = re.compile("(?:奶奶|爷爷|姐|哥|老师|师傅)?(?:昨[天晚个儿]|前[天晚]|上次|那天)?(?:给|送|借|捎|教)了?我")
THAT_ONE = re.compile("[，。！ ][他她](?!们)")  # 玉香给我送来甜醅，她笑着呢
REPORTS = re.compile("报到|平安|打卡|签到|醒了|起了|起来了")
TOGETHER = re.compile(
    "都|俩|也|两[个位人]|一个[^，]{0,6}一个|一块(?:儿|[吃去看坐走下出上回包做打喝买晒遛逛择跳])|一起(?!去?的吗)|一搭|二位"
)
JOINED = re.compile("[和与、]$")  # before somebody who goes with one of the writer's own
# Of an old person and one other whom he names: 秀兰在我家绣鞋垫，两个人戴着老花镜笑
COMPANY = re.compile(
    "(?<![叫让带])我们?俩|咱俩|我们?两个(?!月|[星礼])|(?<!老)两个?人(?![家来都]?没)|俩人(?!没)|[跟和与]我(?:一起|一块|一搭|在|坐(?!一趟)|抢|下[了棋盘])"
    "|(?<![切样的啥喝里身年次天])都(?:美着|好着?(?:呢|哩|$|[，。 ])|没事|没啥|硬朗|精神|结实|乐着)"
)
NO_COMPANY = re.compile("梦|别把|老把|搞混|不是一家|同名")
WE_TWO = re.compile("我们?(?:俩|两个)|咱俩|俩老|两个?人|两个老|俩人")
BOTH = re.compile(
    "(?<!一切)(?<!样样)(?:都(?:好|在|起|吃|睡|没|挺|平安|正常|没事)|均(?:安|好|平安|无恙|正常|没事))|两(?:位|人)|两个(?=人|老|都|全|一起|好|在|[，。！]|$)|俩|二老|二人|[×xX*]2|老两口|两口子"
)
# Behind the name of one, of him and the other half,
BOTH_BARE = re.compile("奶奶.*爷爷|爷爷.*奶奶|老太太.*老爷子|老爷子.*老太太|[他她](?:的)?老伴")
UNSEEN = re.compile("没[见碰看起接]|不在|下楼|出去|出门|没回|[住去]院")
BOTH_OF_THEM = re.compile(
    "(?:老夫妻|夫妻俩|(?<![我咱])两口子|老两口|两位老人|两个老人|俩老人|二老|(?<![我咱们])(?:两个?人|俩人?)(?=都|全|均|好))"
)
WITH_WRITER: frozenset[Intent] = frozenset({"checkin", "concern", "elder_away", "request"})
WITH_OTHER: frozenset[Intent] = frozenset({"checkin", "concern", "elder_away", "unreachable"})  # in news of these kinds
# An old person of himself and the other half, whom he does not name: 他好，我也好
HE_TOO = re.compile(
    "[他她](?:和我|我)都|[他她]好，?我好|[他她](?:也)?(?:起了|在|吃了|睡了|醒了)[，。 ]+我也|我(?:起了|在|好|吃了|醒了|无病|没病)[，。 ]+[他她]也"
    "|(?:他|她)(?:今[天儿个]|也|都)?(?:好|没事|没啥|平安|挺好|好着)[^，。他她]{0,4}[，。 ]+我也(?:好|没事|没啥|平安|行|挺好)|我好[^，。他她]{0,4}[，。 ]+[他她]也(?:好|没事|没啥|平安|挺好)"
)
AT_HOME = re.compile("(?:家里|屋里).{0,5}(?:没人|不接|没接|打不通)")  # where a couple live: nobody of the two answers
PRONOUN = re.compile("[他她](?!们|俩|家)")
ALL_OF_THEM = re.compile("^(?:俩|两个|两人|两位|他俩|她俩|他们|各自|均|全都|几位|三位|都|大家都|老人们?都|老两口|俩人)")


TITLE = re.compile("老?(?:奶奶|爷爷|阿姨|大爷|大妈|老师|叔叔?|老人)")
NUMBER = re.compile(r"[0-9]+")
DIGITS = frozenset("0123456789")
KINDRED, STRANGE = frozenset({"kin", "spouse"}), frozenset({"other", "unknown"})  # kinds of tokens
NAMED, UNSIGNED = frozenset({"name", "given"}), frozenset({"bare", "self"})
AT_HOME_OF = re.compile("(?:老?(?:奶奶|爷爷|大姐|大哥|阿姨|老师))?(?:他|她)?家(?!的|人|里人|属|老)")
SAYS = re.compile(
    r"(?:刚才?|今早|早上|今天|昨晚|也|又)?(?:打|来|发)?(?:电话|来电话|语音|视频|微信|过来)?(?:来|过来)?[，]?(?:说|讲|告诉|给我说|跟我说|来电说)"
)
TOLD_SHORTLY = frozenset("是好在安行到✓")  # one character that says something of somebody: 柳工好，麻爷好，韩师傅没敲开
HEADS = frozenset("：:")  # behind the heading of a list
NEXT_WORDS = 5  # characters between 说 and the one who is spoken of: 妈说我爸好着, but not 妈说肚子疼，我爸没事


def masked(text: str, tokens: Iterable[Token]) -> str:
    """The text with its personal names blotted out: 祁平安 says nothing about being 平安."""
    for t in tokens:
        if t.kind in ("name", "given", "other") and t.end - t.start >= 2:
            text = text[: t.start] + "某" * (t.end - t.start) + text[t.end :]
    return text


def _stretches(text: str, tokens: Iterable[Token], start: int, end: int) -> Iterator[tuple[str, Token | None]]:
    """text[start:end] in the stretches between the persons in it (with the title behind a name), each with who comes next."""
    at = start
    for t in tokens:
        if t.start < at or t.end > end or t.kind in UNSIGNED:
            continue
        yield text[at : t.start], t
        at = t.end
        if t.kind in NAMED and (title := TITLE.match(text, at)):
            at = title.end()
    yield text[at:end], None


def signed(text: str, tokens: Iterable[Token], sign: Callable[[Token], str]) -> str:
    """A text with a sign for every person in it."""
    return "".join(between + (sign(t) if t else "") for between, t in _stretches(text, tokens, 0, len(text)))


class Blotted(NamedTuple):
    """A text for the learned part: every elder 某, every kin word 亲, anybody else 人, digits 0.

    `places`: where in it those stand who are on the roster, in order; `people`: the ids of each, none where it is not clear whose.
    """

    text: str
    places: tuple[int, ...] = ()
    people: tuple[tuple[str, ...], ...] = ()


def blotted(text: str, tokens: Sequence[Token], start: int = 0, end: int | None = None) -> Blotted:
    """text[start:end] with its persons blotted out."""
    end = len(text) if end is None else end
    numbered = not DIGITS.isdisjoint(text)
    if not tokens:
        seen = text[start:end]
        return Blotted(NUMBER.sub("0", seen) if numbered else seen)
    out: list[str] = []
    places: list[int] = []
    people: list[tuple[str, ...]] = []
    size = 0
    for between, t in _stretches(text, tokens, start, end):
        if numbered:
            between = NUMBER.sub("0", between)
        out.append(between)
        if t is None:
            break
        size += len(between)
        if t.kind in STRANGE:
            out.append("人")
        else:
            out.append("亲" if t.kind in KINDRED else "某")
            places.append(size)
            people.append(() if t.ambiguous else t.ids)
        size += 1
    return Blotted("".join(out), tuple(places), tuple(people))


class Subject:
    """Which elders a text is about, with the sender, the quote and the mentions taken together."""

    def __init__(
        self,
        reader: Reader,
        sender: Sender,
        text: Text,
        plain: str,
        clauses: list[Clause],
        tokens: list[Token],
        mentions: Sequence[str],
    ) -> None:
        self.reader, self.sender, self.text, self.plain, self.clauses = reader, sender, text, plain, clauses
        self.mentioned = reader._mentioned(mentions) if mentions else ()
        if text.quote or mentions:  # 你妈 is seen from the one who is answered
            tokens = [t for t in tokens if t.kind != "spouse" or plain[t.start] not in "你他"]
        self.tokens = self._settle(tokens)
        if (one := self._whose_half()) is not sender:
            self.sender = one
            if not (text.quote or mentions):
                self.tokens = self._settle(reader.who.tokens(plain, one))
        if mentions and not any(t.ids for t in self.tokens) and not sender.family and YOUR_KIN.search(plain):
            self.tokens = self._spoken_to(mentions) or self.tokens
        self.named = [t for t in self.tokens if t.kind not in ("other", "bare", "self", "unknown") and t.ids]
        self.strangers = [t for t in self.tokens if t.kind == "unknown"]
        self.selves = [t for t in self.tokens if t.kind == "self"]
        self.quoted: tuple[tuple[str, ...], bool] | None = None
        self._found: dict[Intent, tuple[tuple[str, ...], bool]] = {}
        for t in (*self.named, *self.selves, *self.strangers):
            for c in clauses:
                if c.holds(t.start):
                    if t.kind == "unknown":
                        c.stranger = True
                    else:
                        c.named = True
        if text.quote or text.quoted:
            self.quoted = self._from_quote()

    # -- tokens ------------------------------------------------------------------------------------------------------

    def _settle(self, tokens: list[Token]) -> list[Token]:
        """Mentions decide among several; callers, places and people spoken to drop out where another remains."""
        if not tokens:
            return tokens
        kept: list[Token] = []
        for t in tokens:
            if self.sender.elder and self._by_the_way(t):
                continue
            if t.ambiguous and self.mentioned and (inside := tuple(i for i in t.ids if i in self.mentioned)):
                t = Token(t.start, t.end, t.kind, inside, t.plural)
            if t.ambiguous and NEAR_BY.search(self.plain, max(0, t.start - 8), t.start) is not None:
                t = Token(t.start, t.end, t.kind, self._neighbours(t.ids), t.plural)
            kept.append(t)
        for k, t in enumerate(kept):
            if t.ambiguous and len(kept) > 1:
                homes = {j for o in kept if len(o.ids) == 1 for j in self.reader.roster.household(o.ids[0])}
                inside = tuple(i for i in t.ids if i in homes)
                if len(inside) == 1:
                    kept[k] = Token(t.start, t.end, t.kind, inside, t.plural)
        if len(kept) > 1:
            text = self.plain
            real = [t for t in kept if t.ids and t.kind != "other"]
            dropped: set[int] = set()
            for k, t in enumerate(real):
                others = [o for o in real if o is not t and o.ids != t.ids and id(o) not in dropped]
                if not others:
                    continue
                after = text[t.end : t.end + 6]
                before = text[max(0, t.start - 2) : t.start]
                following = [o for o in others if o.start > t.start]
                if (
                    (following and re.match(r"(?:，|！|!|。)*(?:你|您|快|赶紧|别)", after) and not HAN.search(before))
                    or (following and self._passes_word_on(t, following[0]))
                    or (
                        not self.sender.elder
                        and any(o.start < t.start for o in others)
                        and (has_it_done(text, t.start, t.end) or tells_of_another(text, t.end, self._sex(t)))
                    )
                    or (
                        (before.endswith(("在", "到", "去")) or before in ("就在",))
                        and re.match(r"(?:他|她)?家", after)
                        and t.kind in ("title", "given", "name")
                        and self.sender.role in ("elder", "family")
                    )
                ):
                    dropped.add(id(t))
                del k
            kept = [t for t in kept if id(t) not in dropped]
            own = set(self.sender.elders)
            if self.sender.family and not TOGETHER.search(text) and any(t.ids and set(t.ids) <= own for t in kept):
                joined = [
                    t
                    for t in kept
                    if JOINED.search(text, 0, t.start) and any(o.end + 1 == t.start for o in kept if set(o.ids) & own)
                ]
                # others come in only by the way
                kept = [t for t in kept if not t.ids or set(t.ids) & own or t in joined]
        return kept

    def _neighbours(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `ids` in the building of the one who writes or is looked after, or in the compound; all where none is."""
        elders, door = self.reader.roster.elders, self.reader.names.door
        homes = {(elders[i].compound, door[i][0]) for i in self.sender.elders if i in door}
        compounds = {elders[i].compound for i in self.sender.elders}
        there = tuple(i for i in ids if elders[i].compound in compounds)
        return tuple(i for i in there if i in door and (elders[i].compound, door[i][0]) in homes) or there or ids

    def _sex(self, t: Token) -> str:
        """男 or 女; empty where it is several or not known."""
        return self.reader.roster.elders[t.ids[0]].sex if len(t.ids) == 1 else ""

    def _by_the_way(self, t: Token) -> bool:
        """Does an elder come upon a name only in news of himself: in somebody's home, talked about by, given by?"""
        return (
            (t.kind in ("title", "given", "name") and self._at_home_of(t))
            or CHATTERS.match(self.plain, t.end) is not None
            or self.plain.endswith(UNHEEDED, 0, t.start)
            or (
                not set(t.ids) & set(self.sender.spouse)
                and GAVE_ME.match(self.plain, t.end) is not None
                and THAT_ONE.search(self.plain, t.end) is None
                and WE_TWO.search(self.plain, t.end) is None
            )
        )

    def _passes_word_on(self, t: Token, told: Token) -> bool:
        """Is one only who says it of another, 妈打电话来说爸好着?"""
        said = SAYS.match(self.plain, t.end, t.end + 6)
        return (
            said is not None
            and told.start - said.end() <= NEXT_WORDS
            and not re.search("[。！；她他]|自己", self.plain[t.end : told.start])
            and (not self.sender.family or bool(set(told.ids) & set(self.sender.elders)))
        )

    def _at_home_of(self, t: Token) -> bool:
        """Is a name only where the writer is, 在秀芝家打牌呢?"""
        home = AT_HOME_OF.match(self.plain, t.end) is not None and self.plain[: t.start].endswith(
            ("在", "到", "去", "上")
        )
        return home and not set(t.ids) & {*self.sender.elders, *self.sender.spouse}

    def _whose_half(self) -> Sender:
        """Of several under one WeChat name, the one whose other half the text names: 我和老焦都醒了."""
        sender = self.sender
        if not (sender.elder and sender.shared):
            return sender
        roster = self.reader.roster
        named = {i for t in self.tokens if t.kind not in ("other", "self") for i in t.ids}
        mine = [i for i in sender.elders if i not in named and named & set(roster.household(i))]
        return sender_of((roster.people[mine[0]],), self.reader.names) if len(mine) == 1 else sender

    def _spoken_to(self, mentions: Sequence[str]) -> list[Token]:
        """@甲 您父亲…: kin words seen from the one who is spoken to."""
        for name in mentions:
            writer = sender_of(self.reader.roster.by_wechat(name), self.reader.names)
            if writer.family:
                found = [t for t in self.reader.who.tokens(self.plain, writer) if t.kind == "kin" and t.ids]
                if found:
                    return found
        return []

    def _from_quote(self) -> tuple[tuple[str, ...], bool] | None:
        reader = self.reader
        people = reader.roster.by_wechat(self.text.quoted) if self.text.quoted else ()
        writer = sender_of(people, reader.names)
        body = self.text.quote

        if self.sender.family:  # who answers for his own: 高奶奶今天没下楼 — 她跟我通电话了
            named = {i for t in reader.who.tokens(body, Sender()) for i in t.ids}
            if own := tuple(i for i in self.sender.elders if i in named):
                return own, not self.reader.roster.one_home(own)
        names: tuple[str, ...] = ()
        if "@" in body:
            body, names = take_mentions(body, reader._known)
        quoted = Subject(reader, writer, Text(body), body, [], reader.who.tokens(body, writer), names)
        ids, vague = quoted.elders("claim")
        return (ids, vague) if ids else None

    def marked(self, tokens: list[Token]) -> list[Token]:
        """Every name found, with the ids that it has in view of the whole text; those that dropped out are nobody's."""
        if self.tokens == tokens:
            return tokens
        clear = {t.start: t for t in self.tokens}
        return [clear.get(t.start) or Token(t.start, t.end, t.kind, ()) for t in tokens]

    # -- answers -----------------------------------------------------------------------------------------------------

    def scene_own(self) -> bool:
        """An elder writes of himself (perhaps with the other half)."""
        if not self.sender.elder:
            return False
        ids, _ = self.elders("checkin")
        return bool(set(ids) & set(self.sender.elders))

    def of_the_other(self, ids: Sequence[str]) -> bool:
        """Does an elder write of others, and of himself only beside it?"""
        return bool(self.sender.elder and not self.sender.shared and ids) and not set(ids) & set(self.sender.elders)

    def scene(self, addressed: bool) -> Scene:
        own = self.scene_own()
        text = self.text
        ids, _ = self.elders("checkin")
        subject = (
            bool(self.named)
            or any(t.kind == "bare" for t in self.tokens)
            or bool(self.quoted)
            or (bool(self.mentioned) and not self.sender.elder)
        )
        return Scene(
            role=self.sender.role,
            own=own,
            subject=subject,
            known=bool(ids),
            stranger=bool(self.strangers) and not self.named,
            addressed=addressed,
            quote=bool(text.quote),
            joke="joke" in text.emoji,
            passed=not subject and forwarded(self.plain, text.emoji),
            sad="sad" in text.emoji,
            text=self.plain,
        )

    def elders(self, intent: Intent) -> tuple[tuple[str, ...], bool]:
        """(ids, ambiguous) for the message as a whole."""
        found = self._found.get(intent)
        if found is None:
            found = self._found[intent] = self._elders(intent)
        return found

    def _elders(self, intent: Intent) -> tuple[tuple[str, ...], bool]:
        sender = self.sender
        writes = sender.elder and not sender.shared  # one old person, of himself or of others
        named = self.named
        if intent in ("issue", "activity", "chat"):
            return self._union(named) if named and intent == "chat" else ((), False)
        if (
            named
            and intent in ("distress", "elder_away")
            and writes
            and writers_own(self.clauses, named, away=intent == "elder_away")
        ):
            return sender.elders, False
        if named and intent == "request" and writes and PRONOUN.search(self.plain) is None:
            named = [t for t in named if not NO_HELP.match(self.plain, t.end)]
        if named and intent == "distress":
            named = self._in_danger(named)
        elif intent == "checkin" and sender.elder:
            if self.couple or self.company:
                return self.couple or self.company, False
            named = [t for t in named if not (set(t.ids) <= set(sender.spouse) and left_alone(self.plain, t.end))]
        if named:
            ids, vague = self._union(named)
            if writes:
                along = intent in WITH_WRITER and any(self._goes_along(t, intent) for t in named)
                if along or self._tells_of_both(intent):
                    both = tuple(dict.fromkeys((*sender.elders, *ids)))
                    return both, vague
                if intent == "correct" and OWN_SELF.search(self.plain):
                    return sender.elders, False
                if set(ids) <= set(sender.spouse) and intent in ("checkin", "concern"):
                    return (ids if intent == "checkin" else self._who_ails(ids)), False
                if intent == "distress" and MY_FALL.search(self.plain) and ids == self._of_two(well_beside):
                    return sender.elders, False
                if intent in ("checkin", "concern") and self._only_in_passing(named):
                    return sender.elders, False
                couple = intent == "checkin" and set(ids) == {*sender.elders, *sender.spouse}  # 志远在，老柯在厨房
                ids = ids if couple else tuple(i for i in ids if i not in sender.elders) or ids
            elif not sender.elder and (
                any(t.kind == "bare" and t.plural for t in self.tokens) or self._with_the_other(intent, ids)
            ):
                home: dict[str, None] = {}
                for i in ids:
                    home.update(dict.fromkeys(self.reader.roster.household(i)))
                return tuple(home), vague
            if (
                vague
                and intent not in CONTACT
                and self.reader.roster.one_home(ids)
                and all(t.kind == "address" for t in named)
            ):
                return ids, False  # a door of two: whoever lives there
            return ids, vague
        if self.selves:
            return self._union(self.selves)
        if intent == "checkin" and sender.elder and not self.text.quote and HE_TOO.search(self.plain):
            return (*sender.elders, *sender.spouse), sender.shared
        if self.quoted is not None and (
            not (sender.elder and intent in ("checkin", "concern")) or BESIDE_WRITER.match(self.plain)
        ):
            return self.quoted
        if self.strangers and not (sender.elder and self._also_self()):
            return (), False
        if sender.elder:
            return self._by_home(sender.elders) if sender.shared else (sender.elders, False)
        if self.mentioned and not sender.family:
            return self.mentioned, not self.reader.roster.one_home(self.mentioned)
        if sender.family:
            if self.mentioned and not set(self.mentioned) & set(sender.elders) and intent in ("claim", "query"):
                return self.mentioned, not self.reader.roster.one_home(self.mentioned)
            if intent == "query" and not self._asks_of_own():
                return (), False
            if intent == "correct" and not re.search("平安|没接|报|我", self.plain):
                return (), False
            nobody = intent == "unreachable" and AT_HOME.search(self.plain) is not None
            together = self.reader.roster.one_home(sender.elders) and (nobody or BOTH.search(self.plain) is not None)
            return sender.elders, len(sender.elders) > 1 and not together
        return (), False

    def _tells_of_both(self, intent: Intent) -> bool:
        """Is an old person's news, absence or request his own as well as that of the one named?"""
        if intent in CONTACT:
            return bool(self.selves) or OWN_SELF.search(self.plain) is not None
        if intent == "elder_away":  # 我俩到敦煌了, but not 老雷住院了，我俩都好
            return any(goes(c, self.selves) for c in self.clauses)
        return intent == "request" and FOR_BOTH.search(self.plain) is not None

    def _goes_along(self, t: Token, intent: Intent) -> bool:
        """Is somebody joined to the old person who writes: 我和老水, 老岳和我都, 明天跟老伴去?"""
        before = self.plain[max(0, t.start - 4) : t.start]
        if intent == "elder_away" and ALONG.search(before) is not None:
            return True
        return WITH.search(before) is not None or AND_ME.match(self.plain, t.end) is not None

    def _with_the_other(self, intent: Intent, ids: Sequence[str]) -> bool:
        """Is one of a couple named, and behind it both spoken of: 敲了半天魏师傅才应，夫妻俩都在看戏?"""
        if intent not in WITH_OTHER or len(ids) != 1 or len(self.reader.roster.household(ids[0])) != 2:
            return False
        if BOTH_OF_THEM.search(self.plain, max(t.end for t in self.named)) is not None:
            return True
        return intent == "checkin" and bool(
            BOTH_BARE.search(self.plain) and BOTH.search(self.plain) and not UNSEEN.search(self.plain)
        )

    def _in_danger(self, named: list[Token]) -> list[Token]:
        """Of those named beside an emergency, without the one who is told what to do, or does it: 妈先把速效给爸含上."""
        spoken_to = [] if self.sender.elder else [t for t in named if told_to_help(self.plain, t.start, t.end)]
        others = [t for t in named if t not in spoken_to and not stands_by(self.plain, t.start, t.end)]
        kept = [t for t in others if not tells(self.plain, t.end)] or others
        if kept:
            return alarmed(self.clauses, kept) or kept
        if not spoken_to:
            return [] if self.sender.elder else named  # 喘不上来气，老董没听着
        home = self.reader.roster.household(spoken_to[0].ids[0])
        first = spoken_to[0]
        half = [i for i in home if i not in first.ids]
        return [Token(first.start, first.end, "kin", (half[0],))] if len(half) == 1 else named

    def _only_in_passing(self, named: Sequence[Token]) -> bool:
        """An elder tells of himself and comes upon another: 报到！今天找老殷下棋. It says nothing of the other."""
        first = min(named, key=lambda t: t.start)
        if self.sender.spouse and set(first.ids) & set(self.sender.spouse):
            return False
        if BESIDE_ME.search(self.plain[max(0, first.start - 3) : first.start]):
            return not (self.plain[first.start - 1] == "替" and REPORTED.match(self.plain, first.end))
        before = [c for c in self.clauses if c.end <= first.start and not c.asked and not c.unreal and not c.past]
        return any({"core", "fine"} & c.tags or REPORTS.search(c.text) for c in before)

    def _who_ails(self, spouse: tuple[str, ...]) -> tuple[str, ...]:
        """An elder complains and names the other half: which of the two it is about."""
        own = self.sender.elders
        well = self._of_two(well_beside)
        if len(well) == 1:
            return spouse if set(well) == set(own) else own
        if MINE_AILS.search(self.plain):
            return own
        if not set(own) & set(self.couple):
            return spouse
        starts = [t.start for t in self.named]
        free = [c for c in self.clauses if not any(c.holds(at) for at in starts)]
        ill = next((c for c in self.clauses if not AILS.isdisjoint(c.tags) and not c.past), None)
        mine = ill is not None and ill in free and (ill.start < starts[0] or FIRST_PERSON.search(ill.text) is not None)
        return own if mine or OF_ME.match(self.plain, self.named[0].end) is not None else spouse

    @cached_property
    def couple(self) -> tuple[str, ...]:
        """Of an elder who writes and the other half, who alone is named: those that the text tells of. Else none."""
        return self._of_two(told_of)

    @cached_property
    def company(self) -> tuple[str, ...]:
        """Of an old person who names one other, no wife or husband: both, where the text says so (两个人, 跟我在). Else none."""
        sender = self.sender
        others = {i for t in self.named for i in t.ids}.difference(sender.elders)
        if not sender.elder or sender.shared or len(others) != 1 or others <= set(sender.spouse) or self.strangers:
            return ()
        if any(t.ambiguous for t in self.named) or COMPANY.search(self.plain) is None or NO_COMPANY.search(self.plain):
            return ()
        return (*sender.elders, *others)

    @property
    def together(self) -> bool:
        """Does an elder who writes tell in so many words of himself and the other half?"""
        return bool(self._of_two(lambda text: (both := together(text), both)))

    def well_beside(self, ill: Sequence[str]) -> tuple[str, ...]:
        """Of an elder who writes and the other half: who is said to be well beside the complaint of the other."""
        return tuple(i for i in self._of_two(well_beside) if i not in ill)

    def _of_two(self, judge: Callable[[str], tuple[bool, bool]]) -> tuple[str, ...]:
        """The elder who writes and the other half, as `judge` (couple.py) finds them; none where others are named as well."""
        sender = self.sender
        own, spouse = set(sender.elders), set(sender.spouse)
        named = {i for t in self.named for i in t.ids}
        if not sender.elder or sender.shared or not named & spouse or named - spouse - own:
            return ()

        def sign(t: Token) -> str:
            ids = set(t.ids)
            return "我俩" if ids >= spouse | own else HALF if ids & spouse else "我" if ids & own else OTHER

        me, half = judge(signed(self.plain, self.tokens, sign))
        return (*(sender.elders if me else ()), *(sender.spouse if half else ()))

    def _also_self(self) -> bool:
        """An elder names a stranger, but speaks of himself as well."""
        stranger = self.strangers[0]
        if (
            MINE_TOO.search(self.plain)
            or PASSING.search(self.plain[: stranger.start])
            or PASSED_AWAY.match(self.plain, stranger.end)
        ):
            return True
        if WITH.search(self.plain[: stranger.start]) or OWN_SELF.search(self.plain) or re.match(r"跟|和", self.plain):
            return True
        if re.search(
            r"(?:走了|去世|过世|不在了|没了)的(?:那个)?$",
            self.plain[max(0, self.strangers[0].start - 6) : self.strangers[0].start],
        ):
            return True
        return bool(self.clauses) and not self.clauses[0].stranger and bool(self.clauses[0].tags)

    def _by_home(self, ids: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
        """Of several under one WeChat name, the one whose compound, door or surname (申家的) the text gives; a couple that is both."""
        if BOTH.search(self.plain) and self.reader.roster.one_home(ids):
            return ids, False
        who, roster = self.reader.who, self.reader.roster
        places = who.places(self.plain)
        kept = who.narrow(ids, places, who.door_spans(self.plain, places))
        if len(kept) > 1 and (house := HOUSE.findall(self.plain)):
            kept = tuple(i for i in kept if split_name(roster.elders[i].name)[0] in house) or kept
        return kept, len(kept) > 1

    def _asks_of_own(self) -> bool:
        return re.search(
            r"报(?:了)?(?:没|吗)|好吗|怎么样|咋样|没事|他|她|老人|看过|去看|在家", self.plain
        ) is not None and not re.search(
            r"谁|几点|怎么(?:用|弄|报|设|改)|咋(?:用|弄|报)|算不算|能不能|名单|哪|截止|多少", self.plain
        )

    def _union(self, tokens: Iterable[Token]) -> tuple[tuple[str, ...], bool]:
        """All the elders of the tokens; a vague token gives way to a clear one inside it."""
        tokens = list(tokens)
        if len(tokens) == 1:
            return tokens[0].ids, tokens[0].ambiguous
        clear: dict[str, None] = {}
        for t in tokens:
            if not t.ambiguous:
                clear.update(dict.fromkeys(t.ids))
        vague = [t for t in tokens if t.ambiguous and not any(i in clear for i in t.ids)]
        if vague and len({t.ids for t in vague}) > 1:
            smallest = min(vague, key=lambda t: len(t.ids))
            if all(set(smallest.ids) <= set(t.ids) for t in vague):
                vague = [smallest]
        ids = dict(clear)
        for t in vague:
            ids.update(dict.fromkeys(t.ids))
        return tuple(ids), bool(vague)

    def _meant_by_pronoun(
        self, text: str, current: tuple[str, ...], found: Iterable[tuple[str, ...]]
    ) -> tuple[str, ...] | None:
        """我妈好着，我爸没接，谁见他没: of those found the one whom a pronoun can mean, if it is not the current one."""
        pronoun = PRONOUN.search(text)
        if pronoun is None or len(current) != 1:
            return None
        elders = self.reader.roster.elders
        sex = "男" if pronoun[0] == "他" else "女"
        if elders[current[0]].sex in (sex, ""):
            return None
        fitting = [ids for ids in found if len(ids) == 1 and elders[ids[0]].sex == sex]
        return fitting[0] if len(fitting) == 1 else None

    def trait(self) -> bool:
        """Is the complaint only why the elder asks (腿不行), not news?"""

        symptoms = [c for c in self.clauses if {"symptom", "bad"} & c.tags]
        return all(TRAIT.search(c.text) for c in symptoms) if symptoms else False

    def contact_ids(self) -> tuple[str, ...] | None:
        """Of a correction that also reports: whom the report is about."""
        if self.sender.elder and self.named and OWN_SELF.search(self.plain):
            return tuple(dict.fromkeys((*self.sender.elders, *self._union(self.named)[0])))
        return None

    def groups(self) -> list[tuple[tuple[str, ...], bool, list[Clause]]]:
        """Clauses by the elders they speak of: more than one group only where several are named in turn."""
        tokens = [t for t in self.tokens if t.kind not in ("other", "bare", "unknown") and t.ids]
        turns = self.sender.elder and not self.sender.shared and any(OWN_TURN.search(c.text) for c in self.clauses)
        if turns and self.couple:
            turns = self.sender.elders[0] in self.couple
        if not tokens or (len({t.ids for t in tokens}) < 2 and not (turns and tokens[0].ids != self.sender.elders)):
            return []
        found: dict[tuple[str, ...], tuple[bool, list[Clause]]] = {}
        current: tuple[str, ...] = ()
        vague = False
        waiting: list[Clause] = []
        pending: list[Token] = []
        for c in self.clauses:
            here = [t for t in tokens if c.holds(t.start)]
            if here:
                joined = [*pending, *here] if pending else here
                ids, vague = self._union(joined)
                along = any(WITH.search(self.plain[max(0, t.start - 4) : t.start]) for t in here)
                if along and self.sender.elder and not self.sender.shared:
                    ids = tuple(dict.fromkeys((*self.sender.elders, *ids)))
                current = ids
                bare = c.text
                for t in here:
                    bare = bare.replace(self.plain[t.start : t.end], "")
                listed = c.mark == "、" and LISTED.match(self.plain, max(t.end for t in here), c.end) is not None
                left = bare.strip("和跟与及还有的爷奶叔姨阿老师 ")
                if listed or (not c.tags and len(left) <= 1 and left not in TOLD_SHORTLY):
                    pending = joined
                    waiting.append(c)
                    continue
            elif c.mark in HEADS and (found or pending) and not self.sender.elder:  # 没打通的：甲、乙。打通的：丙
                if pending:
                    ids, unclear = self._union(pending)
                    found.setdefault(ids, (unclear, []))[1].extend(waiting)
                    waiting = []
                waiting.append(c)
                current, pending = (), []
                continue
            elif ALL_OF_THEM.search(c.text) and len(found) > 1 and not self.sender.elder:
                current, vague = tuple(dict.fromkeys(i for ids in found for i in ids)), False
            elif (
                self.sender.elder
                and OWN_TURN.search(c.text)
                and not (current and current != self.sender.elders and at_another(c.text))
            ):
                current, vague = self.sender.elders, self.sender.shared
            elif (meant := self._meant_by_pronoun(c.text, current, found)) is not None:
                current, vague = meant, False
            pending = []
            if not current:
                waiting.append(c)
                continue
            old_vague, row = found.setdefault(current, (False, []))
            row += [*waiting, c]
            waiting = []
            found[current] = (old_vague or vague, row)
        if waiting and found:
            next(reversed(found.values()))[1].extend(waiting)
        if len(found) < 2:
            return []
        return [(ids, unclear, row) for ids, (unclear, row) in found.items()]
