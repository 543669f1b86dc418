// How one message looks.

import { $, el, plain } from "./dom.js";
import { avatar } from "./avatar.js";
import { store } from "./store.js";

const FOLD_AT = 3000;
const KINDS = { image: "[照片]", video: "[视频]", audio: "[语音]", emoticon: "[表情]", location: "[位置]" };
// WeChat sends its small faces as words in brackets and shows them as pictures.
const FACES = {
  玫瑰: "🌹", 太阳: "☀️", 强: "👍", 愉快: "😊", 微笑: "🙂", 呲牙: "😁", 咖啡: "☕", 抱拳: "🙏", 合十: "🙏", 拥抱: "🤗", 爱心: "❤️",
  OK: "👌", 鼓掌: "👏", 流泪: "😭", 笑脸: "😄", 月亮: "🌙", 庆祝: "🎉", 加油: "💪", 握手: "🤝", 胜利: "✌️", 捂脸: "🤦", 蛋糕: "🎂",
  偷笑: "🤭", 调皮: "😝", 大哭: "😭", 难过: "😔", 惊讶: "😮", 憨笑: "😄", 嘿哈: "😆", 奸笑: "😏", 机智: "😎", 鲜花: "💐", 礼物: "🎁",
  红包: "🧧", 福: "🧧", 烟花: "🎆", 爆竹: "🧨", 啤酒: "🍺", 西瓜: "🍉", 饭: "🍚", 心碎: "💔", 凋谢: "🥀", 害羞: "☺️", 色: "😍",
};
const faces = (text) => text.replace(/\[([\p{Script=Han}OK]{1,3})\]/gu, (whole, name) => FACES[name] ?? whole);

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

export const summary = (message) =>
  message.recalled ? "消息已撤回" : `${KINDS[message.type] ?? ""}${message.type === "text" || message.type === "location" ? faces(plain(message.text)) : ""}`;

// Text with the real mentions in it made visible; acts.mention(id, element) on a click.
function words(text, mentions, acts) {
  const clean = faces(plain(text));
  if (!mentions.length) return [clean];
  const waiting = new Map();
  for (const { id, name } of mentions) waiting.set(name, [...(waiting.get(name) ?? []), id]);
  const names = [...waiting.keys()].sort((a, b) => b.length - a.length).map(escape);
  const parts = [];
  let from = 0;
  for (const found of clean.matchAll(new RegExp(`@(${names.join("|")})`, "g"))) {
    const ids = waiting.get(found[1]);
    const id = ids.length > 1 ? ids.shift() : ids[0];
    parts.push(clean.slice(from, found.index));
    const button = el("button", {
      type: "button", class: id === store.me ? "mention me" : "mention", text: found[0], "data-testid": "mention", "data-id": id,
    });
    button.addEventListener("click", () => acts.mention(id, button));
    parts.push(button);
    from = found.index + found[0].length;
  }
  parts.push(clean.slice(from));
  return parts;
}

function textBubble(message, acts) {
  const box = el("div", { class: "bubble", "data-testid": "bubble" });
  if (message.text.length <= FOLD_AT) {
    box.append(...words(message.text, message.mentions, acts));
    return box;
  }
  const inner = el("span", { class: "folded" }, ...words(message.text.slice(0, FOLD_AT), message.mentions, acts));
  const button = el("button", { type: "button", class: "unfold", text: `展开全文（${message.text.length} 字）`, "data-testid": "unfold" });
  button.addEventListener("click", () => box.replaceChildren(...words(message.text, message.mentions, acts)));
  box.append(inner, button);
  return box;
}

function media(message) {
  const box = el("div", { class: "bubble media", "data-testid": "bubble" });
  const lost = () => {
    box.className = "bubble";
    box.replaceChildren(el("span", { class: "missing", text: `${KINDS[message.type]}（这里放不出来）` }));
  };
  if (!message.file) {
    box.className = "bubble";
    box.append(KINDS[message.type]);
    return box;
  }
  const src = `${message.file}?${new URLSearchParams({ viewer: store.me })}`;
  if (message.type === "image") {
    const image = el("img", { src, alt: `${message.name}发的照片`, onerror: lost });
    const button = el("button", { type: "button", "aria-label": "看大图", "data-testid": "open-image" }, image);
    button.addEventListener("click", () => {
      $("viewer").querySelector("img").src = src;
      $("viewer").showModal();
    });
    box.append(button);
  } else if (message.type === "video") {
    box.append(el("video", { src, controls: true, preload: "metadata", playsinline: true, onerror: lost, "aria-label": `${message.name}发的视频` }));
  } else {
    box.append(el("audio", { src, controls: true, preload: "metadata", onerror: lost, "aria-label": `${message.name}发的语音` }));
  }
  return box;
}

function bubble(message, acts) {
  if (message.type in { image: 1, video: 1, audio: 1 }) return media(message);
  if (message.type === "emoticon") {
    const text = faces(plain(message.text)) || "[表情]";
    return el("div", { class: /[\[\w\p{Script=Han}]/u.test(text) ? "bubble face words" : "bubble face", text, "data-testid": "bubble" });
  }
  if (message.type === "location") return el("div", { class: "bubble", text: `📍 ${plain(message.text) || "位置"}`, "data-testid": "bubble" });
  return textBubble(message, acts);
}

function quoteBlock(quote, acts) {
  const text = quote.recalled ? "引用的消息已撤回" : `${quote.name}：${summary(quote)}`;
  const button = el("button", { type: "button", class: "quote", text, "data-testid": "quote" });
  button.addEventListener("click", () => acts.goTo(quote.id));
  return button;
}

// acts: mention(id, element), person(id, element), goTo(id), menu(message, element, point)
export function row(message, acts) {
  const base = {
    "data-testid": "message", "data-id": message.id, "data-seq": message.seq, "data-sender": message.sender, "data-name": message.name,
    "data-type": message.type, "data-mine": String(message.mine), "data-mentions-me": String(message.mentions_me),
  };
  if (message.recalled) {
    const who = message.mine ? "你" : `“${message.name}”`;
    return el("div", { ...base, class: "note", "data-recalled": "true", text: `${who}撤回了一条消息` });
  }
  const person = store.people.get(message.sender) ?? { name: message.name, role: message.role, role_name: "" };
  const face = avatar(person, { type: "button", "aria-label": `${message.name}的头像`, "data-testid": "avatar" }, "button");
  face.addEventListener("click", () => acts.person(message.sender, face));
  const box = bubble(message, acts);
  if (message.mentions_me) box.classList.add("calls");
  const more = el("button", { type: "button", class: "more", text: "⋯", "aria-label": "引用、撤回等", "aria-haspopup": "menu", "data-testid": "more" });
  more.addEventListener("click", () => acts.menu(message, more, null));
  hold(box, (point) => acts.menu(message, more, point));
  const tag = person.role_name && person.role !== "bot" ? el("span", { class: "tag", text: person.role_name }) : null;
  return el("div", { ...base, class: message.mine ? "row mine" : "row" }, face,
    el("div", { class: "body" },
      message.mine || message.chat === "bot" ? null : el("div", { class: "by" }, message.name, tag),
      el("div", { class: "line" }, box, more),
      message.quote ? quoteBlock(message.quote, acts) : null));
}

// A long press on a touch screen, or the right mouse button.
function hold(box, run) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  box.addEventListener("touchstart", (event) => {
    const { clientX: x, clientY: y } = event.touches[0];
    timer = setTimeout(() => run({ x, y }), 480);
  }, { passive: true });
  for (const name of ["touchend", "touchmove", "touchcancel"]) box.addEventListener(name, stop, { passive: true });
  box.addEventListener("contextmenu", (event) => {
    if (["IMG", "VIDEO", "AUDIO"].includes(event.target.tagName)) return;
    event.preventDefault();
    stop();
    run({ x: event.clientX, y: event.clientY });
  });
}
