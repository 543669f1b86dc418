// Writing and sending: text, mentions, a quote, an attachment.

import { post } from "./api.js";
import { attachment, clearAttachment, startAttach } from "./attach.js";
import { $, el, trying } from "./dom.js";
import { on, receive, store } from "./store.js";
import { summary } from "./message.js";
import { mentionsIn, startMentions, insertMention, pickerKey } from "./mentions.js";

const FACES = ["🌹", "🙏", "👍", "😊", "❤️", "☀️", "💪", "🎉"];
let quoted = null;
const drafts = new Map(); // person/chat → text left unsent

export function startComposer() {
  const text = $("text");
  $("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  text.addEventListener("keydown", (event) => {
    // Enter that ends a pinyin word is not the person's wish to send.
    if (event.isComposing || event.keyCode === 229) return;
    if (pickerKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  });
  text.addEventListener("input", grow);
  $("quoting").querySelector("button").addEventListener("click", () => quoteMessage(null));
  $("face").addEventListener("click", () => {
    $("faces").hidden = !$("faces").hidden;
    $("face").setAttribute("aria-expanded", String(!$("faces").hidden));
  });
  $("faces").append(...FACES.map((face) =>
    el("button", { type: "button", text: face, "aria-label": `发${face}`, onclick: () => sendFace(face), "data-testid": "face-one" })));
  startMentions();
  startAttach(ready);
  on("person", () => { change(); ready(); });
  document.addEventListener("chat-shown", change);
  ready();
}

let place = "";
function change() {
  if (place) drafts.set(place, $("text").value);
  place = `${store.me}/${store.chat}`;
  $("text").value = drafts.get(place) ?? "";
  quoteMessage(null);
  clearAttachment();
  ready();
  grow();
}

function ready() {
  const off = !store.me;
  for (const id of ["text", "send", "face", "add-image", "add-video", "add-audio", "record"]) $(id).disabled = off;
  $("at").disabled = off || store.chat !== "room";
  $("text").placeholder = off ? "先挑一个人，再替 TA 说话" : store.chat === "room" ? "在群里说点什么…" : "私下和小安说…";
}

function grow() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

export function quoteMessage(message) {
  quoted = message;
  $("quoting").hidden = !message;
  if (message) {
    $("quoting").firstElementChild.textContent = `引用 ${message.name}：${summary(message)}`;
    $("text").focus();
  }
}

export const mentionSomeone = (id) => insertMention(id);

let sending = false;
async function send() {
  const text = $("text").value;
  const attached = attachment();
  if (sending || !store.me) return;
  sending = true;
  $("send").disabled = true;
  const done = await trying(async () => {
    const base = { as: store.me, chat: store.chat };
    if (attached) {
      await say({ ...base, type: attached.type, file: attached.file });
      clearAttachment();
      if (!text.trim()) return true;
    }
    await say({
      ...base, type: "text", text, mentions: store.chat === "room" ? mentionsIn(text) : [], quote: quoted?.id ?? null,
    });
    $("text").value = "";
    quoteMessage(null);
    grow();
    return true;
  });
  sending = false;
  $("send").disabled = false;
  if (done) $("text").focus();
}

async function sendFace(face) {
  await trying(() => say({ as: store.me, chat: store.chat, type: "emoticon", text: face }));
  $("faces").hidden = true;
  $("face").setAttribute("aria-expanded", "false");
}

async function say(data) {
  const { message } = await post("say", data);
  if (data.as === store.me) receive(message);
}
