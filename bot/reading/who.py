"""Who a text is about: names, titles, kin words seen from the sender, addresses, couples → tokens with roster ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from typing import Any, Literal, NamedTuple

from bot.reading import segment
from bot.reading.finding import Finder
from bot.reading.names import DASHED, DOOR_PART, HAN, ROOM, UNIT_DOOR, Names, number, split_name, surnames, titles
from bot.reading.normalise import _lines
from bot.reading.senders import Sender

Kind = Literal["name", "given", "title", "kin", "bare", "self", "spouse", "address", "other", "unknown"]
Place = tuple[int, int, tuple[str, ...]]
# start, end, (building, unit, room) as far as said (0: left out before the room), room known without building
DoorSpan = tuple[int, int, tuple[int, ...], bool]


class Token(NamedTuple):
    """text[start:end] names `ids`: none (a stranger), one, several at once (`plural`), or one of several."""

    start: int
    end: int
    kind: Kind
    ids: tuple[str, ...]
    plural: bool = False

    @property
    def ambiguous(self) -> bool:
        return len(self.ids) > 1 and not self.plural


@cache
def _words() -> frozenset[str]:
    return frozenset(_lines("words"))


@cache
def _kin() -> dict[str, tuple[str, frozenset[str]]]:
    found = {}
    for line in _lines("kin"):
        word, sex, *classes = line.split()
        found[word] = (sex, frozenset(classes))
    return found


@cache
def _address_words() -> Finder[str]:
    """Kin words and titles."""
    return Finder({word: word for word in (*_kin(), *titles()) if word not in ("老", "工", DA)})


def _address_word_at(text: str, at: int) -> str:
    """The kin word or title that begins at text[at], or ""."""
    words = [
        word for last, word in _address_words().every(text, at, min(len(text), at + 6)) if last + 1 == at + len(word)
    ]
    return words[-1] if words else ""


LAO = re.compile(
    r"(?<![很多挺还那好太怪真古月养])老([\u4e00-\u9fff])"
    r"(头子|头儿|头|师傅|哥|太太|爷子|汉|先生|同志|人家|太|大姐|姐)?"
)
# 老 + a character that is a surname elsewhere, but not here
NOT_LAO = re.compile(
    "老(?:毛病|花|年|家|板|师|伴|黄历|黄牛|陈醋|白干|方子|方法|关系|时间|古|文化|房子|姜|相好|同|单位|单元|胡同|祖|党员|"
    "干部|习惯|成|高兴|和|安稳|规|乡|常|戴|来|于|全|车|路|牛(?![在说给跟和今昨早家没也还正把被]|师傅)|景|时候|应|都|向|计|明|么|终|班长|金贵|云|谷|钱|冷|热)"
)
ELDER_LAO = re.compile(r"([\u4e00-\u9fff])老(?=[，。！？；、\s今昨的家没平也都已刚在把被正身精说还很挺才自起坐睡]|$)")
NO_HOMES = frozenset(
    ("卫生", "医院", "学校", "附属", "公司", "路口", "学生", "志愿", "大学", "专场", "银行")
)  # after the name of a compound: not where people live
SEX = {"f": "女", "m": "男"}
OTHER_SEX = {"女": "男", "男": "女"}
# An old couple call each other by the children: 你妈, 娃他爸.
CALLED_BY = re.compile("(?:你们?|(?:我?娃娃?|孩子)?他)$")
PAIR_WORDS = re.compile(
    r"两人(?=平安|都|全|好|在|均|没)|×2|x2|X2|\*2|两份|二人|醒了俩|俩(?=都|全|好|也好|人都|身体)|两个都|我们?俩|我们?两个|咱们?俩|咱们?两个|俺们?俩|老两口|两口子|两个老的|俩老的|俩老人|两个人|俩人|他们俩|他俩|她俩|老俩口|俩口子|两位老人|两位|两个老人|二老|一家两口|两口(?=都|全|好|人|平安|齐)|夫妻俩|老夫妻|都在家呢俩|我[和跟]屋里的(?=都|也|两|[，。]|$)"
)
PAIR_SIGNS = frozenset("两俩二夫2屋")  # one of which every such word has
WE_ALL = re.compile(r"(?:我们|咱们|俺们)(?:今天|今个|今早)?(?:老?两个)?(?:都|全)")
HOUSEHOLD = re.compile(r"([\u4e00-\u9fff])(?:奶奶|爷爷|老)?家(?:的)?(?:老两口|两口子?|二老|两位老人|两位|俩老人|夫妇)")
# A family by its surname (牛家没人应), and not 国家, 刘家峡, 管家的.
FAMILY = re.compile(
    r"(?<![大国回全自公专作搬成当农楼户两老小这那上下])([\u4e00-\u9fff])家(?![属庄川窑河沟村台山湾里乡伙具长务用电常教访产境峡坪堡福])"
)
ONE_OF_IT = re.compile("(?:的|那个?|屋里)?(?:老?太太|老太|老[汉头爷嫂]|奶奶|爷爷|大爷|阿姨|[小女儿娃媳姑侄孙])")
# 滕家老太太: one of a household that is called by a surname, which need not be her own.
ONE_OF_HOUSE = re.compile(
    "([\u4e00-\u9fff])家(?:的|里的?|那个?|屋里的?)*(老?(?:太太|太|婆婆|婆子|奶奶|阿姨)|老?(?:爷爷|大爷)|老爷子|老(?:汉|头子?)|老?(?:嫂子|大?姐姐?|大?哥)|妹子)"
)
# After somebody's name: 牛连长两口子
AND_THE_OTHER = re.compile(
    r"(?:老?(?:奶奶|爷爷|阿姨|大爷|大妈|叔叔?|师傅|老师))?(?:家(?:的)?)?(?:老两口|两口子|夫妇|夫妻|老俩口|俩老人|二老)"
)
BOTH_OF = ("两位", "两个", "俩")  # before a name that several have: 两位左奶奶
# ... of whom something different is said of each
NOT_ALIKE = re.compile(
    "只(?:见|有|看|联系|找)|另(?:一|外)|其中|(?:一[位个]|的).{0,8}(?:没(?!事|啥)|不在|不应|不接|打不通|关机)|哪[位个]"
)
CHILD_OF = re.compile(r"(?:娃|孩子|娃娃|孙子|孙女|儿子|丫头|女儿|他|她|娃他|孩子他|娃们)(?:的)?$")
NOT_OURS = re.compile(
    r"(?:人家|邻居|同学|朋友|同事|别人|娘家|对门|隔壁|他|她|你|您|你们|亲戚|楼上|楼下|二嫂|老婆|媳妇|岳母|岳父|老公|姐夫|小赵|室友|老师)(?:家|家的|的)?$"
)
# After a name of the writer's household that is a word as well: 建国让我说一声, 兰花手机没电了, but not 建国七十年, 兰花开了
OF_SOMEBODY = re.compile(
    "(?:[让叫说听跟和把给被咳]|[他她]|手机|眼|腿|脚|腰|牙|血压|自己|今[天早个儿]|昨|早[上起]|一早|刚|[还咋]|出门|也[好在没]|[在去][^ ，]|正在|吃|睡[着了]|起来|好着|没[事啥起]|不[想肯吃在])"
)
MOST_TOKENS = 40  # people of one message that are looked at
HELPERS = frozenset({"老师", "师傅", "大夫", "医生", "主任", "书记", "工", "校长", "教授", "先生", "女士"})
# A name that is a flower's too, and what is said of flowers: 水仙开了, but not 水仙开了门
FLOWER = re.compile("[仙兰梅菊荷莲桂棠蓉茉莉桃杏葵薇花香丹]")
BLOOMS = re.compile(
    "(?:花|都|也|又|全|今年|今天)?(?:开[花得满]|开了(?![门窗灯会药车锁电火单证口个两一])|谢了|香得|盆|发芽|冒芽|蔫|败了)"
)
CALLED = re.compile("([\u4e00-\u9fff]{2})(?:姐|哥|妹|弟|阿姨|叔|老师)?[，：:！ ]?(?=你|您)")  # 雪梅姐，你爸那边…
PARENT = frozenset({"妈", "爸", "娘", "爹"})
# 大 is a father here, where 我 stands before it and it begins no other word: 我大好着呢, but not 我大姐, 我大清早.
DA = "大"
MY_DA = re.compile(
    "(?<![比跟和你他她])[我俺咱]大(?!"  # not before 我: who is compared with me
    "[家哥姐爷妈伯姨姑舅叔婶嫂娘儿女孙侄外表爹爸弟妹学概约致小多半部早清声晚中白夜冬夏热冷年雪雨周院门街厅厦会喊笑叫哭病惊意胆开方手腿脚衣棉力一二三]|不了|的(?=那|娃|孩|儿|女|丫|姑|小))"
)
ONLY_NAMED = frozenset(
    {"老师傅", "老哥", "老弟", "老嫂子", "老姐姐", "老姐", "师"}
)  # titles behind a surname, else nobody's
NOT_SHI = re.compile("师[大范院生母父娘兄妹徒资部长级门爷奶]|(?<=工程)师|(?<=设计)师")  # 师 is short for 师傅: 吴师
NEAR_BY = re.compile(
    "(?:隔壁|对门|对面|楼上|楼下|我们[这那]?[楼院]|一个(?:院|楼|单元)|邻居)(?:单元|楼|家|住?的|那个?|我)*$"
)  # before the name of a neighbour
# A room without its building, by those who go from door to door
ROOM_ALONE = re.compile(
    r"(?<![\d\-:：.#])(?<!血压)(?<!高压)(\d{3,4})(?=(?:那?户)?(?:我[去上来敲看这马先也]|敲|没人|没开|喊|叫不|门|室|没动静|无人)|对[吧吗])"
)
TWO_THERE = re.compile("的?(?:那|这)?(?:对|两位|俩老|老两口|老夫妻|两口子|二老|两个老|俩人)")
PLAYFUL = ("女士", "先生", "同志")  # what the young call their own: 秀英女士又发养生视频
STOP_TITLES = frozenset({"嫂", "嫂子", "大嫂", "姐", "哥", "大哥", "大姐", "哥哥", "姐姐", "二哥", "二姐"})


class Who:
    """Finds the tokens of a text for one roster."""

    def __init__(self, names: Names) -> None:
        self.names = names

    # -- places ------------------------------------------------------------------------------------------------------

    def places(self, text: str) -> list[Place]:
        """Compounds named in the text, with what they may be short for."""
        return [
            place
            for place in self.names.places_in(text)
            if text[place[1] : place[1] + 2] not in NO_HOMES and not text[: place[0]].endswith("不是")
        ]

    def door_spans(self, text: str, places: list[Place]) -> list[DoorSpan]:
        """Buildings, units and rooms named in the text."""
        found: list[DoorSpan] = []
        if "楼" in text or "单元" in text or "栋" in text or "幢" in text:
            for m in DOOR_PART.finditer(text):
                if any(m.start() < end and start < m.end() for start, end, _ in places):
                    continue
                if m[2] is None and text[m.end() - 1 : m.end()] != "楼" and m[3] is None:
                    continue
                if m[2] is None and (room := ROOM.match(text, m.end())) is not None:
                    found.append((m.start(), room.end(), (number(m[1]), 0, int(room[1])), False))
                    continue
                found.append((m.start(), m.end(), tuple(number(g) for g in m.groups() if g), False))
            if not any(len(d[2]) == 3 for d in found):
                for m in UNIT_DOOR.finditer(text):
                    if not any(m.start() < e and s < m.end() for s, e, _, _ in found):
                        found.append((m.start(), m.end(), (number(m[1]), int(m[2])), True))
        if "-" in text and not found:
            for m in DASHED.finditer(text):
                found.append((m.start(), m.end(), (int(m[1]), int(m[2]), int(m[3])), False))
        return found

    def narrow(
        self, ids: Sequence[str], places: list[Place], doors: list[DoorSpan], near: int | None = None
    ) -> tuple[str, ...]:
        """Those of `ids` who live at the place and door named; all of them where none does."""
        kept = tuple(ids)
        if not places and not doors:
            return kept
        elders, door = self.names.roster.elders, self.names.door
        if places:
            allowed = {c for p in (_nearest(places, near),) for c in p[2]}
            if inside := tuple(i for i in kept if elders[i].compound in allowed):
                kept = inside
            else:
                allowed = {c for p in places for c in p[2]}
                kept = tuple(i for i in kept if elders[i].compound in allowed) or kept
        if doors:
            _, _, parts, bare_room = _nearest(doors, near)
            if inside := tuple(i for i in kept if i in door and _fits(door[i], parts, bare_room)):
                kept = inside
        return kept

    # -- tokens ------------------------------------------------------------------------------------------------------

    def tokens(self, text: str, sender: Sender) -> list[Token]:
        """Every person of the text that could be an elder, in order; strangers with no ids."""
        places = self.places(text)
        doors = self.door_spans(text, places)
        found = self._names(text, sender, places, doors)
        found += self._titles(text, sender, places, doors, found)
        found += self._nicks(text, sender, places, doors, found)
        if sender.elders:
            found += self._pairs(text, sender, found)
        if "家" in text:
            self._houses(text, found, places, doors)
            self._of_houses(text, found, sender, places, doors)
            if not sender.elders:
                self._families(text, found)
        if not PAIR_SIGNS.isdisjoint(text):
            self._couples(text, found)
        self._addresses(text, places, doors, found)
        self._doors_of_two(text, places, doors, found)
        if not (sender.elder or sender.family):
            self._rooms(text, places, doors, found)
            self._seen_from(text, found, sender)
        found.sort(key=lambda t: t.start)
        return found

    def _names(self, text: str, sender: Sender, places: list[Place], doors: list[DoorSpan]) -> list[Token]:
        names = self.names
        singles, _ = surnames()
        found: list[Token] = []
        free = 0
        for i, kind, word in names.words_in(text):
            if i < free or any(start <= i < end for start, end, _ in places):
                continue
            if len(found) >= MOST_TOKENS:
                break
            end = free = i + len(word)
            if kind in ("full", "other") and word in _words() and not self._is_person(text, i, end):
                continue
            if kind == "full":
                ids = self._own_first(names.full[word], sender)
                found.append(Token(i, end, "name", self.narrow(ids, places, doors, i)))
            elif kind == "alias":
                ids = self._own_first(names.alias[word], sender)
                if not (i and text[i - 1] in singles and split_name(word)[0] not in singles):
                    found.append(Token(i, end, "name", self.narrow(ids, places, doors, i)))
            elif kind == "other":
                found.append(Token(i, end, "other", ()))
            elif kind == "called":
                title = _address_word_at(text, end)
                if title in titles() and title not in HELPERS:
                    ids = self._of_sex(names.called[word], titles()[title])
                    found.append(Token(i, end, "name", self.narrow(ids, places, doors, i)))
                else:
                    free = i
            else:
                token = self._given(text, i, end, word, sender, places, doors)
                if token is not None:
                    found.append(token)
        return found

    def _is_person(self, text: str, start: int, end: int) -> bool:
        """Is a whole name that is an ordinary word as well (平安, 高兴) somebody here: 平安姐, 高兴手机没电了?"""
        return bool(_address_word_at(text, end)) or _of_somebody(text, start, end)

    def _given(
        self, text: str, i: int, end: int, word: str, sender: Sender, places: list[Place], doors: list[DoorSpan]
    ) -> Token | None:
        """A given name alone: only where it stands as a word, not inside another name or a holiday."""
        singles, _ = surnames()
        before = text[i - 1] if i else ""
        title = _address_word_at(text, end)
        if (
            before in singles
            and before not in "和于"
            and (before in self.names.surname or before not in "高安时白金常方路")
        ):
            return Token(i - 1, end, "unknown", ())
        ids: Sequence[str] = self.names.given[word]
        own = _own(ids, sender) if sender.elder else []
        if not title and (
            (word in _words() and not (own and _of_somebody(text, i, end)))
            or (FLOWER.search(word) and BLOOMS.match(text, end))
            or not (own or _stands_alone(text, i, end))
        ):
            return None
        if sender.elder and not sender.shared:
            ids = own or ids
        elif title not in titles() or title in PLAYFUL:
            ids = self._own_first(ids, sender)
        if title:
            ids = self._of_sex(ids, titles().get(title) or _kin().get(title, ("-",))[0])
        ids = self.narrow(ids, places, doors, i)
        return Token(i, end, "given", ids, plural=len(ids) == 2 and _both(text, i))

    def _own_first(self, ids: Sequence[str], sender: Sender) -> Sequence[str]:
        if len(ids) > 1 and sender.elders:
            return _own(ids, sender) or ids
        return ids

    def _of_sex(self, ids: Sequence[str], sex: str) -> tuple[str, ...]:
        wanted = SEX.get(sex)
        if wanted is None:
            return tuple(ids)
        elders = self.names.roster.elders
        return tuple(i for i in ids if elders[i].sex in (wanted, ""))

    def _titles(
        self, text: str, sender: Sender, places: list[Place], doors: list[DoorSpan], known: list[Token]
    ) -> list[Token]:
        found: list[Token] = []
        ends = {t.end: t for t in known}
        singles, doubles = surnames()
        for start, word in islice(_words_of_address(text), MOST_TOKENS):
            end = start + len(word)
            if _covered(known, start, end):
                continue
            named = ends.get(start)
            if (of_child := self._by_child(text, start, end, word, sender)) is not None:
                if named is not None:
                    known.remove(named)
                found.append(of_child)
                continue
            if named is not None:
                continue
            sex = titles().get(word)
            if word == "奶" and text[start - 1 : start] in ("牛", "羊", "喝", "热", "酸", "喂"):
                continue
            if word == "师" and NOT_SHI.match(text, start):
                continue
            surname = ""
            if sex is not None and start:
                if text[max(0, start - 2) : start] in doubles:
                    surname = text[start - 2 : start]
                elif text[start - 1] in singles or text[start - 1] in self.names.surname:
                    surname = text[start - 1]
                if surname and text[max(0, start - 2) : start] in (
                    "平安",
                    "小安",
                    "大马",
                    "跟着",
                    "保安",
                    "治安",
                    "西安",
                    "延安",
                    "新华",
                    "大方",
                    "地方",
                    "阎王",
                    "老天",
                    "海马",
                    "灶王",
                    "财神",
                    "龙王",
                ):
                    surname = ""
            if surname and sex is not None:
                prefix = text[start - len(surname) - 1 : start - len(surname)]
                if prefix == "小" or (word in STOP_TITLES and surname not in self.names.surname):
                    found.append(Token(start - len(surname), end, "other", ()))
                    continue
                ids = self.names.of_surname(surname, sex)
                if sender.elder:
                    own = tuple(i for i in ids if i in sender.spouse)
                    ids = own or tuple(i for i in ids if i not in sender.elders) or ids
                elif sender.family:
                    ids = tuple(self._own_first(ids, sender))
                ids = self.narrow(ids, places, doors, start)
                # the group's helpers are addressed so too; only with a hint of the place is it an elder
                hint = (
                    places
                    or doors
                    or surname not in self.names.helpers
                    or NEAR_BY.search(text, 0, start - len(surname))
                )
                clear = len(ids) == 1 and bool(hint)
                if (word in STOP_TITLES or word in HELPERS) and not clear:
                    found.append(Token(start - len(surname), end, "other", ()))
                    continue
                both = len(ids) == 2 and _both(text, start - len(surname))
                found.append(Token(start - len(surname), end, "title" if ids else "unknown", ids, plural=both))
                continue
            if word in ONLY_NAMED:
                continue
            token = self._kin_token(text, start, end, word, sender, places, doors)
            if token is not None:
                found.append(token)
        return found

    def _by_child(self, text: str, start: int, end: int, word: str, sender: Sender) -> Token | None:
        """婧婧妈, 高翔他爸, 红霞，你妈: an elder called by a child's name."""
        kin = _kin().get(word)
        told = text[start - 1 : start] == "你"
        if (sender.elder and not told) or kin is None or kin[1].isdisjoint({"child", "grand", "inlaw"}):
            return None
        stop = start - 1 if told or text[start - 1 : start] in ("他", "她") else start
        if told:
            stop = len(text[:stop].rstrip("，：:！! "))
        for size in (3, 2):
            ids = self.names.kin_of.get(text[stop - size : stop], ()) if stop >= size else ()
            if ids and (fitting := self._sexed(ids, kin[0])):
                return Token(stop - size, end, "title", fitting, plural=kin[0] == "+")
        return None

    def _kin_token(
        self, text: str, start: int, end: int, word: str, sender: Sender, places: list[Place], doors: list[DoorSpan]
    ) -> Token | None:
        """A kin word without a name: seen from the sender, or a bare title."""
        kin = _kin().get(word)
        before = text[max(0, start - 4) : start]
        if before.endswith("老") and word in ("奶奶", "爷爷", "太太"):
            before = before[:-1]
        sex = kin[0] if kin else titles().get(word, "-")
        classes = kin[1] if kin else frozenset()
        if word in HELPERS:
            return None
        if sender.elder:
            return self._elder_kin(start, end, word, sex, classes, sender, before)
        if sender.family and sender.relations:
            if word in PARENT and before.endswith(("他", "她")) and all(c == "child" for _, c in sender.relations):
                return Token(start, end, "unknown", ())  # of somebody else, or the parent of a parent: 老爷子要找他妈
            if NOT_OURS.search(before):
                if not (CHILD_OF.search(before) and classes & {"grand", "inlaw", "child"}):
                    return Token(start, end, "unknown", ())
                ids = self._sexed([i for i, c in sender.relations], sex)
                return Token(start, end, "kin", ids) if ids else None
            if word in ("老人", "老人家") and not before.endswith(
                ("我家", "家里", "我们家", "俺家", "我家的", "家里的", "咱家")
            ):
                return Token(start, end, "bare", ())
            if "any" in classes or not kin:
                fits = [i for i, c in sender.relations]
            else:
                fits = [i for i, c in sender.relations if c in classes or c == "any"]
                if "child" in classes and (before.endswith(("我", "俺")) or word.startswith("老")):
                    own = [i for i, c in sender.relations if c == "child"]  # 我妈 is no mother-in-law
                    fits = own if self._sexed(own, sex) else fits
                if not fits and "grand" in classes and (CHILD_OF.search(before) or not before.endswith("我")):
                    fits = [i for i, c in sender.relations if c in ("child", "inlaw")]
                if not fits and not before.endswith("我") and "child" not in classes and classes != {"nephew"}:
                    fits = [i for i, c in sender.relations]
            if sex == "+":
                ids = tuple(dict.fromkeys(fits))
                return Token(start, end, "kin", ids, plural=self.names.roster.one_home(ids)) if ids else None
            ids = self._sexed(fits, sex)
            if ids:
                return Token(start, end, "kin", self.narrow(ids, places, doors, start))
            if word in STOP_TITLES or (not kin):
                return None
            return Token(start, end, "unknown", ())
        if (
            classes & {"child", "inlaw", "spouse", "nephew", "sibling"}
            and "any" not in classes
            and before.endswith(("我", "俺"))
        ):
            return Token(start, end, "unknown", ())
        if before.endswith(("我", "俺")) and classes:
            return Token(start, end, "unknown", ())
        if word in STOP_TITLES or word in HELPERS:
            return None
        return Token(start, end, "bare", (), plural=sex == "+")

    def _sexed(self, ids: Sequence[str], sex: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._of_sex(ids, sex)))

    def _elder_kin(
        self, start: int, end: int, word: str, sex: str, classes: frozenset[str], sender: Sender, before: str
    ) -> Token | None:
        if "spouse" in classes or (word in ("老爷子", "老太太", "老太") and not NOT_OURS.search(before)):
            own_sex = {"女": "f", "男": "m"}.get(sender.sex, "-")
            if sex != "-" and sex == own_sex:
                return Token(start, end, "self", sender.elders)
            if sender.spouse:
                return Token(start, end, "spouse", sender.spouse)
            return Token(start, end, "other", ())  # not on the roster: the text is about the writer
        caller = CALLED_BY.search(before) if sender.spouse and classes & {"child", "grand"} else None
        if caller is not None and SEX.get(sex) == OTHER_SEX.get(sender.sex, ""):
            return Token(start - len(caller[0]), end, "spouse", sender.spouse)
        return None

    def _nicks(
        self, text: str, sender: Sender, places: list[Place], doors: list[DoorSpan], known: list[Token]
    ) -> list[Token]:
        """老王, 老王头, 王老."""
        if "老" not in text:
            return []
        found: list[Token] = []
        singles, _ = surnames()
        own = {split_name(self.names.roster.elders[i].name)[0] for i in (*sender.spouse, *sender.elders)}
        for pattern in (LAO, ELDER_LAO):
            for m in islice(pattern.finditer(text), MOST_TOKENS):
                surname = m[1]
                if surname not in singles and surname not in self.names.surname:
                    continue
                if _covered((*known, *found), *m.span()):
                    continue
                if pattern is LAO and NOT_LAO.match(text, m.start()) and surname not in own:
                    continue
                ids: tuple[str, ...] = tuple(self.names.surname.get(surname, ()))
                if sender.elder:
                    wed = tuple(i for i in ids if i in sender.spouse)
                    mine = not sender.shared and self.names.roster.elders[sender.elders[0]].name.startswith(surname)
                    ids = wed or (sender.elders if mine else ids)
                elif sender.family:
                    ids = tuple(self._own_first(ids, sender))
                suffix = m[2] if pattern is LAO else None
                if suffix:
                    ids = self._of_sex(ids, {"太太": "f", "太": "f", "大姐": "f", "姐": "f"}.get(suffix, "m"))
                ids = self.narrow(ids, places, doors, m.start())
                found.append(Token(m.start(), m.end(), "title" if ids else "unknown", ids))
        return found

    def _pairs(self, text: str, sender: Sender, known: list[Token]) -> list[Token]:
        """我俩, 老两口: both of the couple where both are on the roster."""
        found: list[Token] = []
        for m in islice(PAIR_WORDS.finditer(text), MOST_TOKENS) if not PAIR_SIGNS.isdisjoint(text) else ():
            if _covered(known, *m.span()):
                continue
            if sender.elder:
                ids = (*sender.elders, *sender.spouse)
                if "口" in m[0] and any(t.ids and not set(ids).intersection(t.ids) for t in known):
                    continue  # 志远两口子回来了
                found.append(Token(m.start(), m.end(), "self", ids, plural=self.names.roster.one_home(ids)))
            elif len(sender.elders) > 1 and not sender.shared and not m[0].startswith(("我", "咱", "俺")):
                found.append(Token(m.start(), m.end(), "kin", sender.elders, plural=True))
        if sender.elder and sender.spouse and not found and (m2 := WE_ALL.search(text)):
            found.append(Token(m2.start(), m2.end(), "self", (*sender.elders, *sender.spouse), plural=True))
        return found

    def _seen_from(self, text: str, found: list[Token], sender: Sender) -> None:
        """程莉让说一声，她妈好着呢; 程莉姐，阿姨开门了: a kin word seen from the relative who is named."""
        if any(t.ids and not t.ambiguous for t in found):
            return
        asked = next((ids for t in found if t.kind == "other" and (ids := self._kin_of(text[t.start : t.end]))), ())
        if not asked and (called := CALLED.match(text)):
            asked = self._kin_of(called[1])
        if not asked and not sender.near:
            return
        for k, t in enumerate(found):
            if t.ambiguous and (inside := tuple(i for i in t.ids if i in asked)):
                found[k] = Token(t.start, t.end, t.kind, inside, t.plural)
                continue
            word = text[t.start : t.end]
            kin = _kin().get(word)
            sex = kin[0] if kin is not None else titles().get(word, "-")
            seen = (
                asked or sender.near if t.kind == "bare" else sender.near if t.kind == "unknown" and sender.kin else ()
            )
            if seen and (kin is not None or sex != "-") and (ids := self._sexed(seen, sex)):
                found[k] = Token(t.start, t.end, "kin", ids, plural=sex == "+")

    def _kin_of(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.names.kin_of.get(name, ())))

    def _houses(self, text: str, found: list[Token], places: list[Place], doors: list[DoorSpan]) -> None:
        """祁家老两口: the couples one of whom is called so."""
        for m in islice(HOUSEHOLD.finditer(text), MOST_TOKENS):
            household = self.names.roster.household
            named = self.narrow(self.names.surname.get(m[1], ()), places, doors, m.start())
            homes = tuple(dict.fromkeys(household(i) for i in named if len(household(i)) == 2))
            if not homes:
                continue
            found[:] = [t for t in found if not (t.start < m.end() and m.start() < t.end)]
            ids = tuple(i for home in homes for i in home)
            found.append(Token(m.start(), m.end(), "title", ids, plural=len(homes) == 1))

    def _of_houses(
        self, text: str, found: list[Token], sender: Sender, places: list[Place], doors: list[DoorSpan]
    ) -> None:
        """滕家老太太: who of that household is of the sex named."""
        for m in islice(ONE_OF_HOUSE.finditer(text), MOST_TOKENS):
            named = self.narrow(self.names.surname.get(m[1], ()), places, doors, m.start())
            home = dict.fromkeys(j for i in named for j in self.names.roster.household(i))
            sex = titles().get(m[2]) or "-"
            ids = self._sexed([i for i in home if i not in sender.elders], sex)
            if not ids or any(
                t.ids and t.kind in ("name", "given") and t.start < m.end() and m.start() < t.end for t in found
            ):
                continue
            found[:] = [t for t in found if not (t.start < m.end() and m.start() < t.end)]
            found.append(Token(m.start(), m.end(), "title", ids))

    def _families(self, text: str, found: list[Token]) -> None:
        """牛家 from a helper or a neighbour: all of the one household that is called so."""
        for m in islice(FAMILY.finditer(text), MOST_TOKENS):
            homes = {tuple(self.names.roster.household(i)) for i in self.names.surname.get(m[1], ())}
            if len(homes) != 1 or _covered(found, *m.span()):
                continue
            home = homes.pop()
            if len(home) == 1 or not ONE_OF_IT.match(text, m.end()):
                found.append(Token(m.start(), m.end(), "title", home, plural=True))

    def _couples(self, text: str, found: list[Token]) -> None:
        """牛连长两口子: one name for both."""
        for k, t in enumerate(found):
            if len(t.ids) == 1 and t.kind != "self" and AND_THE_OTHER.match(text, t.end):
                home = self.names.roster.household(t.ids[0])
                if len(home) == 2:
                    found[k] = Token(t.start, t.end, t.kind, tuple(home), plural=True)

    def _addresses(self, text: str, places: list[Place], doors: list[DoorSpan], found: list[Token]) -> None:
        """A full address names who lives there, unless a name does already."""
        if not doors or any(
            t.kind in ("name", "given", "title", "kin", "unknown") and (t.ids or t.kind == "unknown") for t in found
        ):
            return
        start, end, parts, bare_room = max(doors, key=lambda d: len(d[2]))
        if len(parts) == 3:
            ids: Sequence[str] = self._behind(parts)
        elif len(parts) == 2 and places and (bare_room or any(t.kind == "bare" for t in found)):
            home = self.names.compounds.get(places[0][2][0], ()) if len(places[0][2]) == 1 else ()
            ids = [i for i in home if i in self.names.door and _fits(self.names.door[i], parts, bare_room)]
        else:
            return
        ids = self.narrow(ids, places, [], start)
        if places and ids:
            allowed = {c for p in places for c in p[2]}
            ids = tuple(i for i in ids if self.names.roster.elders[i].compound in allowed)
        bare = next((t for t in found if t.kind == "bare"), None)
        if bare is not None:
            word = text[bare.start : bare.end]
            sex = _kin().get(word, (titles().get(word, "-"),))[0]
            ids = self._of_sex(ids, sex) or tuple(ids)
        found[:] = [t for t in found if t.kind != "bare"]
        plural = PAIR_WORDS.search(text) is not None or (bare is not None and bare.plural)
        found.append(Token(start, end, "address" if ids else "unknown", tuple(ids), plural=plural))

    def _behind(self, parts: tuple[int, ...]) -> list[str]:
        """Who lives behind a door of which building and room are said; in whatever compound."""
        return [i for i in self.names.rooms.get(parts[2], ()) if _fits(self.names.door[i], parts, False)]

    def _doors_of_two(self, text: str, places: list[Place], doors: list[DoorSpan], found: list[Token]) -> None:
        """12号楼1单元602两位都在家: both who live there, though one of them is named further on."""
        for start, end, parts, _ in doors:
            if len(parts) != 3 or TWO_THERE.match(text, end) is None or _covered(found, start, end):
                continue
            ids = self.narrow(self._behind(parts), places, [], start)
            if len(ids) == 2 and self.names.roster.one_home(ids):
                found.append(Token(start, end, "address", ids, plural=True))

    def _rooms(self, text: str, places: list[Place], doors: list[DoorSpan], found: list[Token]) -> None:
        """801我去, 401没人开: whoever lives there, where place, building or the roster leave one home only."""
        for m in islice(ROOM_ALONE.finditer(text), MOST_TOKENS):
            if any(start <= m.start() < end for start, end, _, _ in doors) or _covered(
                found, m.start() - 1, m.end() + 2
            ):
                continue
            there = self.names.rooms.get(int(m[1]), ())
            ids = self.narrow(there, places, [d for d in doors if len(d[2]) < 3], m.start())
            if self.names.roster.one_home(ids):
                found.append(Token(m.start(), m.end(), "address", ids))


def _words_of_address(text: str) -> list[tuple[int, str]]:
    """(start, kin word or title) in order; 大 only where it is a father."""
    found = [(last + 1 - len(word), word) for last, word in _address_words().longest(text)]
    if DA in text:
        found = sorted({*found, *((m.start() + 1, DA) for m in MY_DA.finditer(text))})
    return found


def _of_somebody(text: str, start: int, end: int) -> bool:
    """Is what is said behind text[start:end], which begins a word, said of a person?"""
    return not HAN.match(text[start - 1 : start]) and OF_SOMEBODY.match(text, end) is not None


def _own(ids: Iterable[str], sender: Sender) -> list[str]:
    """Those of `ids` who are the writer, the other half, or looked after by the writer."""
    return [i for i in ids if i in sender.elders or i in sender.spouse]


def _covered(tokens: Iterable[Token], start: int, end: int) -> bool:
    """Does one of the tokens hold some of text[start:end]?"""
    return any(t.start < end and start < t.end for t in tokens)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Does jieba see no word that it knows across a border of text[start:end]? (月英腿疼, but not 大年初一)"""
    at, high = max(0, start - 8), min(len(text), end + 8)
    for word in segment.cut(text[at:high]):
        after = at + len(word)
        if at < end and start < after and (at < start or after > end) and segment.known(word):
            return False
        at = after
    return True


def _both(text: str, at: int) -> bool:
    """Does the name at text[at] stand for two who have it?"""
    return text[:at].endswith(BOTH_OF) and not NOT_ALIKE.search(text, at)


def _fits(door: tuple[int, int, int], parts: tuple[int, ...], bare_room: bool) -> bool:
    if bare_room:
        return door[1:] == parts
    return all(said in (have, 0) for have, said in zip(door, parts, strict=False))


def _nearest(spans: list[Any], near: int | None) -> Any:
    if near is None or len(spans) == 1:
        return spans[0]
    return min(spans, key=lambda s: abs(s[0] - near) if s[0] <= near else abs(s[0] - near) + 30)
