// The two chats of the person: the group and the private one with the bot; scrolling, unread marks, the message menu.

import { post } from "./api.js";
import { $, el, plain, toast, trying } from "./dom.js";
import { openMenu } from "./menu.js";
import { row } from "./message.js";
import { pick } from "./people.js";
import { loadOlder, markRead, on, readMark, receive, store } from "./store.js";
import { moment, stamp } from "./time.js";
import { hear, now } from "./clock.js";
import { mentionSomeone, quoteMessage } from "./composer.js";

const GAP = 5 * 60000;
const MOST_ROWS = 600;
const KEEP_ROWS = 300;
const RECALL = 2 * 60000;

const list = () => $("list");
const pane = () => $("messages");
const atBottom = () => pane().scrollHeight - pane().scrollTop - pane().clientHeight < 120;

export function startChat() {
  for (const chat of ["room", "bot"]) $(`tab-${chat}`).addEventListener("click", () => show(chat));
  document.querySelector(".tabs").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    show(store.chat === "room" ? "bot" : "room");
    $(`tab-${store.chat}`).focus();
  });
  $("older").addEventListener("click", older);
  $("fresh").addEventListener("click", toBottom);
  $("atme").addEventListener("click", () => {
    const first = calling()[0];
    if (store.chat !== "room") show("room");
    if (first) goTo(first.id);
    attend();
  });
  pane().addEventListener("scroll", attend, { passive: true });
  const viewer = $("viewer");
  viewer.addEventListener("click", () => viewer.close());
  on("person", () => { drawAll(); toBottom(); });
  on("message", added);
  on("redraw", (chat) => { if (chat === store.chat) drawAll(); attend(); });
  on("state", drawTabs);
  on("day", drawAll);
  // A picture that arrives late must not push the newest message out of sight.
  list().addEventListener("load", () => { if (sticking) toBottom(); }, true);
  new ResizeObserver(() => { if (sticking) toBottom(); }).observe(pane());
}

let sticking = true;

export function show(chat) {
  store.chat = chat;
  drawAll();
  toBottom();
  document.dispatchEvent(new CustomEvent("chat-shown"));
}

function drawAll() {
  const messages = store.messages[store.chat];
  const from = Math.max(0, messages.length - MOST_ROWS);
  let last = null;
  const rows = [];
  for (const message of messages.slice(from)) {
    rows.push(...withStamp(message, last));
    last = message;
  }
  if (!rows.length) rows.push(el("p", { class: "empty", text: emptyWords() }));
  list().replaceChildren(...rows);
  $("older").hidden = !store.more[store.chat];
  drawTabs();
}

function emptyWords() {
  if (store.chat === "room") return "群里还没有人说话。挑一个人，说一句“平安”试试。";
  return store.me ? "这里是和小安的私聊，只有这个人和小安看得到。" : "先挑一个人，再看 TA 和小安的私聊。";
}

function withStamp(message, last) {
  const at = moment(message.at);
  const parts = [];
  if (!last || at.ms - moment(last.at).ms > GAP) {
    parts.push(el("div", { class: "stamp", "data-testid": "stamp", text: stamp(at, now()) }));
  }
  parts.push(row(message, acts));
  return parts;
}

function added(message) {
  hear(message.at);
  if (message.chat === store.chat) {
    const messages = store.messages[store.chat];
    const stay = message.mine || atBottom();
    if (list().childElementCount > MOST_ROWS * 1.5) {
      store.messages[store.chat] = messages.slice(-KEEP_ROWS);
      store.first[store.chat] = store.messages[store.chat][0].seq;
      store.more[store.chat] = true;
      drawAll();
    } else {
      list().querySelector(".empty")?.remove();
      list().append(...withStamp(message, messages.at(-2) ?? null));
    }
    if (stay) toBottom();
    else $("fresh").hidden = false;
  }
  attend();
}

function toBottom() {
  pane().scrollTop = pane().scrollHeight;
  sticking = true;
  attend();
}

async function older() {
  const height = pane().scrollHeight;
  await trying(() => loadOlder(store.chat));
  drawAll();
  pane().scrollTop += pane().scrollHeight - height;
}

// Messages that call this person and were not looked at yet.
const calling = () => store.messages.room.filter((m) => m.mentions_me && m.seq > readMark(store.me, "call"));

function inSight(message) {
  const node = find(message.id);
  if (!node) return false;
  const box = node.getBoundingClientRect();
  const frame = pane().getBoundingClientRect();
  return box.bottom > frame.top + 20 && box.top < frame.bottom - 20;
}

// What is in sight counts as read; the rest is shown as a mark.
function attend() {
  sticking = atBottom();
  if (sticking) {
    $("fresh").hidden = true;
    const last = store.messages[store.chat].at(-1);
    if (last) markRead(store.me, store.chat, last.seq);
  }
  if (store.chat === "room") {
    for (const message of calling()) if (inSight(message)) markRead(store.me, "call", message.seq);
  }
  drawTabs();
}

function drawTabs() {
  const unread = (chat) => {
    const mark = readMark(store.me, chat);
    return store.messages[chat].filter((m) => m.seq > mark && !m.mine && !m.recalled).length;
  };
  const called = store.me ? calling().length : 0;
  const count = store.state ? `(${store.state.count})` : "";
  tab("room", `${store.topic}${count}`, store.chat === "room" ? "" : called ? "有人@我" : number(unread("room")));
  tab("bot", "小安", store.chat === "bot" ? "" : number(unread("bot")));
  $("atme").hidden = !called || store.chat !== "room";
  document.title = called ? `[有人@我] ${store.topic}` : `${store.topic}${count}`;
}

const number = (n) => (n > 99 ? "99+" : n ? String(n) : "");

function tab(chat, name, badge) {
  const button = $(`tab-${chat}`);
  button.setAttribute("aria-selected", String(store.chat === chat));
  button.tabIndex = store.chat === chat ? 0 : -1;
  const [label, mark] = button.children;
  if (label.textContent !== name) label.textContent = name;
  mark.textContent = badge;
  mark.hidden = !badge;
}

const find = (id) => list().querySelector(`[data-id="${CSS.escape(id)}"][data-seq]`);

function goTo(id) {
  const node = find(id);
  if (!node) {
    toast("那条消息在更早的地方。");
    return;
  }
  node.scrollIntoView({ block: "center" });
  node.classList.remove("flash");
  void node.offsetWidth;
  node.classList.add("flash");
}

const acts = {
  goTo,
  mention: personMenu,
  person: personMenu,
  menu(message, anchor, point) {
    const items = [];
    if (store.me) items.push({ label: "引用", testid: "menu-quote", run: () => quoteMessage(message) });
    if (message.type === "text") {
      items.push({ label: "复制", testid: "menu-copy", run: () => trying(() => copy(plain(message.text))) });
    }
    if (message.mine && now().ms - moment(message.at).ms <= RECALL) {
      items.push({ label: "撤回", testid: "menu-recall", run: () => trying(() => recall(message)) });
    }
    openMenu(anchor, items, point);
  },
};

async function copy(text) {
  await navigator.clipboard.writeText(text).catch(() => { throw new Error("没复制成，可以自己选中文字再复制。"); });
  toast("复制好了");
}

async function recall(message) {
  await post("recall", { as: store.me, message: message.id });
  receive({ seq: message.seq, chat: message.chat, type: "recalled", text: message.id });
}

function personMenu(id, anchor) {
  const items = [];
  const person = store.people.get(id);
  if (person && id !== store.bot.id && id !== store.me) {
    items.push({ label: `替${person.name}说话`, testid: "menu-become", run: () => pick(id) });
  }
  if (person && store.me && id !== store.me && store.chat === "room") {
    items.push({ label: `@${person.name}`, testid: "menu-mention", run: () => mentionSomeone(id) });
  }
  openMenu(anchor, items);
}
