"""A service asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.reading.clauses import Clause
from bot.reading.scene import THANK_PAST, Scene, Verdict

DONE = re.compile(
    r"(?:换|修|送|买|取|理|剪|洗|擦|装|办|交|弄|通|打扫|收拾|缴|量|教|配|挂|搬|拿)(?:好|完|到|上|过|掉|走|来|了)(?:了|啦|咧)?|已经|刚给|刚帮|搞定"
)


STRONG_WANT = re.compile(
    r"谁(?:能|会|有|来|给|去|可以|帮|懂|方便|顺路|路过|在|要|现在|今天|明天|下午|上午|中午|闲|愿意|晚上|家|手|离|修|认识|知道哪)|哪位|哪个|有没有|能不能|能否|可不可以|麻烦|拜托|帮我|帮忙|帮个|帮一|帮着|帮老|帮他|帮她|帮爸|帮妈|帮奶|帮爷|请|想请|求|劳驾|需要|想找|找个|找人|想让|想要|求助|给我(?!爸|妈|爷|奶|婆|公|叔|姑|婶|们|家|舅|姨|娘|爹|二|大|三|打|说)|行不|行吗|有空|啥时候|什么时候|能来|能给|能帮|可以.{0,8}吗|想.{1,8}(?:个|下|一)|得找|得麻烦|托"
)


BROKEN = re.compile(
    r"坏|憋|不亮|不着|漏|滴|堵|打不开|关不上|不转|不制冷|打不着|跳闸|没图|没影|不出水|不好使|用不成|不灵|断|松|卡住|没信号|没声|黑屏|不热|不响"
)


HOME = re.compile(r"我家|家里|屋里|厨房|卫生间|卧室|客厅|厕所|我妈家|我爸家|奶奶家|爷爷家|我屋|我的")


HELPLESS = re.compile("够不着|弄不来|不会用|不会弄|提不动|搬不动|扛不动|拿不动|拧不开|看不懂|修不了|没人修")
# What who is no old person orders for one: 中午订两份饭送我爸那儿, 我妈要剪头发
ORDERS = re.compile(
    "[订加留][0-9一两二三半]?[份碗个顿]|多[打送带订留盛加]一?[份碗个]|(?<![非硬正还就也我只不])要(?:剪|理|修|换|擦|配|装|通)(?!好|完|过|了)"
)
# What an old person, or one of the family, needs, told as a fact or an order: 没米了, 捎两根葱, 按摩的有吗
NEEDED = re.compile(
    "[没缺](?:米|面|油|盐|药|电池|菜|纸|试纸|针头|煤|奶|馍|被子|人手|个人|个搭手)"
    "|(?:米|面|油|盐|药|菜|奶|纸|片|针头|煤|电池)(?:都|也|快|就)?(?:没有?|用完|吃完|喝完|断|见底)[了咧]"
    "|^(?:帮|给我|替我)(?:我|忙)?[带捎买取拿订挂贴换修量剪理送提搬收装](?!了|过|完)"
    "|^(?:[他她妈爸爷奶]{0,2}(?:要|想))?[捎订带送买量换修借来][一两三四五六八十半几点些个0-9](?!遍|趟|次|回|会儿)"
    "|的(?:有吗|有没有?|有不|来不|来吗|来了没)|有[^，。 ]{1,4}的(?:吗|没有?|不)$|[一两三四0-9][份碗](?:饭|餐|$)|得补一?张"
)
ON_MY_WAY = re.compile("我(?:来|去|给|帮|带|陪)")


def request(clauses: Sequence[Clause], tags: set[str], scene: Scene, v: Verdict) -> None:
    if "service" not in tags:
        return
    text = scene.text
    if "notice" in tags and scene.role != "elder" and not scene.subject:
        return
    for k, c in enumerate(clauses):
        if "service" not in c.tags or c.past or c.unreal:
            continue
        near = clauses[max(0, k - 1) : k + 2]
        if "thanks" in c.tags or (
            DONE.search(c.text) and not c.asked and not re.search("谁|麻烦|帮我|能不能|得找", c.text)
        ):
            continue
        joined = "，".join(n.text for n in near)
        wanted = (
            STRONG_WANT.search(c.text) is not None
            or STRONG_WANT.search(joined) is not None
            or (scene.role != "elder" and ORDERS.search(c.text) is not None)
            or ((scene.own or scene.role == "family") and NEEDED.search(c.text) is not None)
        )
        if "claim" in c.tags and not re.search("谁|哪位|能不能|麻烦|想请|有没有", joined):
            continue
        if (
            ON_MY_WAY.search(c.text)
            and not re.search(r"谁|哪位|能不能|麻烦|帮我|给我|有没有", joined)
            and scene.role != "elder"
        ):
            continue
        broken = BROKEN.search(c.text) is not None and (scene.own or HOME.search(joined) is not None)
        helpless = HELPLESS.search(c.text) is not None
        if "issue" in tags and not (
            HOME.search(joined)
            or re.search("给我|帮我|我妈|我爸|奶奶|爷爷|上门|我公|我婆|我叔|我姑|老人", joined)
            or (scene.own and not re.search("楼道|院|小区|单元|公共|门口|楼下|路灯|整栋|大门", text))
        ):
            continue
        if c.asked and not wanted:
            continue
        if {"activity", "notice", "ad"} & tags and not wanted:
            continue
        if wanted and THANK_PAST.search(c.text) and not re.search("谁|能不能|麻烦|想请|帮我", joined):
            continue
        if "wish" in c.tags:
            continue
        if wanted or broken or (helpless and scene.own):
            if (
                scene.role != "elder"
                and not (scene.subject or scene.known or re.search("老人|我家|奶|爷|叔|姨|妈|爸", text))
                and scene.role not in ("family",)
            ):
                continue
            v.reasons["request"] = f"请人帮忙（{c.text}）"
            return
