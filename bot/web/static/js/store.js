// What the page knows: the people, who is speaking, the two chats, what was read. Changes are announced as events.

import { get } from "./api.js";

export const store = {
  topic: "报安鸟",
  people: new Map(), // id → person, the bot among them
  order: [], // ids of the group's people, without the bot
  bot: null,
  me: "", // id of the person who speaks, "" for nobody yet
  chat: "room",
  messages: { room: [], bot: [] },
  more: { room: false, bot: false },
  first: { room: 0, bot: 0 },
  lastSeq: 0,
  knocks: new Map(), // id of someone the bot wrote to in private → seq
  state: null,
};

const ROLES = ["elder", "family", "volunteer", "clinic", "coordinator", "neighbour"];

const bus = new EventTarget();
export const on = (name, run) => bus.addEventListener(name, (event) => run(event.detail));
export const emit = (name, detail) => bus.dispatchEvent(new CustomEvent(name, { detail }));

const remembered = (key, fallback) => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
};
const remember = (key, value) => {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still works, it only forgets.
  }
};

export const recent = () => remembered("recent", []).filter((id) => store.people.has(id) && id !== store.bot.id);

export function readMark(id, what) {
  return remembered("read", {})[`${id}/${what}`] ?? 0;
}
export function markRead(id, what, seq) {
  if (!id || readMark(id, what) >= seq) return;
  const all = remembered("read", {});
  all[`${id}/${what}`] = seq;
  remember("read", all);
}

export const me = () => store.people.get(store.me) ?? null;

export async function loadPeople() {
  const data = await get("contacts");
  store.topic = data.topic;
  store.bot = data.bot;
  const rank = (c) => (ROLES.indexOf(c.role) + 1 || 99);
  store.order = [...data.contacts].sort((a, b) => rank(a) - rank(b)).map((c) => c.id);
  store.people = new Map([...data.contacts, data.bot].map((c) => [c.id, c]));
  store.knocks = new Map(data.knocks.map((k) => [k.id, k.seq]));
}

// Speak as someone else: their chats are loaded, then "person" is announced.
export async function become(id) {
  const [room, bot] = await Promise.all([
    get("messages", { viewer: id, chat: "room" }),
    id ? get("messages", { viewer: id, chat: "bot" }) : { messages: [], more: false, first: 0, last_seq: Infinity },
  ]);
  store.me = id;
  store.messages = { room: room.messages, bot: bot.messages };
  store.more = { room: room.more, bot: bot.more };
  store.first = { room: room.first, bot: bot.first };
  store.lastSeq = Math.min(room.last_seq, bot.last_seq);
  if (id) {
    remember("recent", [id, ...remembered("recent", []).filter((other) => other !== id)].slice(0, 6));
    history.replaceState(null, "", `#${id}`);
  }
  emit("person");
}

export async function loadOlder(chat) {
  const data = await get("messages", { viewer: store.me, chat, before: store.first[chat] });
  store.messages[chat] = [...data.messages, ...store.messages[chat]];
  store.more[chat] = data.more;
  store.first[chat] = data.first || store.first[chat];
}

// A message that came live, or the answer to one just sent; each is taken once.
export function receive(message) {
  store.lastSeq = Math.max(store.lastSeq, message.seq);
  const list = store.messages[message.chat];
  if (message.type === "recalled") {
    const gone = list.find((m) => m.id === message.text);
    if (gone && !gone.recalled) {
      Object.assign(gone, { recalled: true, text: "", file: null, quote: null, mentions: [], mentions_me: false });
      for (const other of list) {
        if (other.quote?.id === gone.id) Object.assign(other.quote, { recalled: true, text: "" });
      }
      emit("redraw", message.chat);
    }
    return;
  }
  if (list.some((m) => m.id === message.id)) return;
  const at = list.findLastIndex((m) => m.seq < message.seq) + 1;
  list.splice(at, 0, message);
  if (at === list.length - 1) emit("message", message);
  else emit("redraw", message.chat);
}
