// "@" opens a list of the group; what is picked there, or written out in full, becomes a real mention.

import { $, el } from "./dom.js";
import { avatar } from "./avatar.js";
import { store } from "./store.js";

const SPACE = "\u2005"; // what WeChat puts after a mention
const MOST = 60;
let options = [];
let chosen = 0;
let start = -1;
let picked = []; // [{ id, name }]

export function startMentions() {
  const text = $("text");
  text.addEventListener("input", look);
  text.addEventListener("click", look);
  text.addEventListener("blur", () => setTimeout(close, 150));
  $("at").addEventListener("click", () => {
    const at = text.selectionStart;
    const before = at && !/\s$/.test(text.value.slice(0, at)) ? " @" : "@";
    text.setRangeText(before, at, text.selectionEnd, "end");
    text.focus();
    look();
  });
}

function look() {
  const text = $("text");
  const before = text.value.slice(0, text.selectionStart);
  const found = /(?:^|[^A-Za-z0-9_.])@([^\s@]{0,20})$/.exec(before);
  if (!found || store.chat !== "room") return close();
  start = before.length - found[1].length - 1;
  const word = found[1].toLowerCase();
  const everyone = [store.bot.id, ...store.order].filter((id) => id !== store.me).map((id) => store.people.get(id));
  const begins = everyone.filter((p) => p.name.toLowerCase().startsWith(word));
  const holds = everyone.filter((p) => !begins.includes(p) && `${p.name} ${p.about}`.toLowerCase().includes(word));
  options = [...begins, ...holds].slice(0, MOST);
  chosen = 0;
  return options.length ? draw() : close();
}

function draw() {
  $("mention-list").replaceChildren(...options.map((person, index) =>
    el("li", {
      role: "option", id: `mention-${index}`, "aria-selected": String(index === chosen), "data-testid": "mention-option",
      "data-id": person.id, "data-name": person.name,
      // Before the text loses its focus, on which the list would close.
      onpointerdown: (event) => { event.preventDefault(); choose(index); },
    }, avatar(person, { class: "small" }), el("span", { class: "who" }, person.name, el("span", { class: "about", text: person.about })))));
  $("mention-list").hidden = false;
  $("text").setAttribute("aria-expanded", "true");
  $("text").setAttribute("aria-activedescendant", `mention-${chosen}`);
  $(`mention-${chosen}`)?.scrollIntoView({ block: "nearest" });
}

function close() {
  options = [];
  $("mention-list").hidden = true;
  $("text").setAttribute("aria-expanded", "false");
  $("text").removeAttribute("aria-activedescendant");
}

function choose(index) {
  const person = options[index];
  const text = $("text");
  picked.push({ id: person.id, name: person.name });
  text.setRangeText(`@${person.name}${SPACE}`, start, text.selectionStart, "end");
  close();
  text.focus();
  text.dispatchEvent(new Event("input"));
}

// Whether the open list took the key.
export function pickerKey(event) {
  if (!options.length) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    chosen = (chosen + step + options.length) % options.length;
    draw();
  } else if (event.key === "Enter" || event.key === "Tab") choose(chosen);
  else if (event.key === "Escape") close();
  else return false;
  event.preventDefault();
  return true;
}

export function insertMention(id) {
  const text = $("text");
  const person = store.people.get(id);
  picked.push({ id, name: person.name });
  text.setRangeText(`@${person.name}${SPACE}`, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input"));
}

// The ids mentioned in a text that is sent now; the picks are forgotten once their words are gone.
export function mentionsIn(text) {
  picked = picked.filter(({ name }) => text.includes(`@${name}`));
  const ids = new Set(picked.map(({ id }) => id));
  const taken = new Set(picked.map(({ name }) => name));
  const byName = new Map();
  for (const person of store.people.values()) byName.set(person.name, [...(byName.get(person.name) ?? []), person.id]);
  for (const [, name] of text.matchAll(/@([^\s@，。！？,!?：:]+)/g)) {
    const found = byName.get(name);
    if (found?.length === 1 && !taken.has(name)) ids.add(found[0]);
  }
  ids.delete(store.me);
  return [...ids];
}
