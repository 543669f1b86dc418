// Picking whom to speak as: search by name, role or elder; recent ones and those the bot is looking for come first.

import { $, el, trying } from "./dom.js";
import { avatar } from "./avatar.js";
import { become, me, on, readMark, recent, store } from "./store.js";

const SHOWN_AT_ONCE = 80;
let role = "";

export function startPeople() {
  $("search").addEventListener("input", draw);
  $("search").addEventListener("keydown", (event) => {
    if (event.key === "Enter") $("people").querySelector(".person")?.click();
    if (event.key === "ArrowDown") focusPerson(0, event);
  });
  $("people").addEventListener("keydown", (event) => {
    const all = [...$("people").querySelectorAll(".person")];
    const here = all.indexOf(document.activeElement);
    if (event.key === "ArrowDown") focusPerson(here + 1, event);
    if (event.key === "ArrowUp") here === 0 ? $("search").focus() : focusPerson(here - 1, event);
  });
  $("speaker").addEventListener("click", openSide);
  $("side-close").addEventListener("click", closeSide);
  $("side").addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeSide();
  });
  on("person", () => { drawSpeaker(); draw(); });
  on("knock", draw);
  on("people", () => { drawRoles(); draw(); });
  drawRoles();
  drawSpeaker();
  draw();
}

export function openSide() {
  $("side").classList.add("open");
  $("search").focus();
  $("search").select();
}

function closeSide() {
  if (!$("side").classList.contains("open")) return;
  $("side").classList.remove("open");
  $("speaker").focus();
}

function focusPerson(index, event) {
  event.preventDefault();
  $("people").querySelectorAll(".person")[index]?.focus();
}

export async function pick(id) {
  await trying(() => become(id));
  $("search").value = "";
  closeSide();
  draw();
  $("text").focus({ preventScroll: true });
}

function drawRoles() {
  const names = new Map();
  for (const id of store.order) {
    const person = store.people.get(id);
    names.set(person.role, person.role_name || "其他");
  }
  const button = (value, text) =>
    el("button", {
      type: "button", text, "aria-pressed": String(role === value), "data-testid": `role-${value || "all"}`,
      onclick: () => { role = value; drawRoles(); draw(); },
    });
  $("roles").replaceChildren(button("", "全部"), ...[...names].map(([value, text]) => button(value, text)));
}

function matches(person, words) {
  if (role && person.role !== role) return false;
  const hay = `${person.name} ${person.wechat} ${person.role_name} ${person.about}`.toLowerCase();
  return words.every((word) => hay.includes(word));
}

export const waits = (id) => (store.knocks.get(id) ?? 0) > readMark(id, "bot");

function draw() {
  const words = $("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const box = $("people");
  // Whoever bears the name comes before those who look after them.
  const rank = ({ name, wechat, about }) =>
    words.some((w) => name.toLowerCase().includes(w) || wechat.toLowerCase().includes(w)) ? 0
      : words.some((w) => about.toLowerCase().startsWith(w)) ? 1 : 2;
  const found = store.order.map((id) => store.people.get(id)).filter((person) => matches(person, words));
  if (words.length) found.sort((a, b) => rank(a) - rank(b));
  const parts = [];
  if (!words.length && !role) {
    const sought = [...store.knocks.keys()].filter(waits).sort((a, b) => store.knocks.get(b) - store.knocks.get(a)).slice(0, 6);
    parts.push(...group("小安找过 TA", sought), ...group("刚才替他们说过话", recent().filter((id) => id !== store.me).slice(0, 5)));
    if (parts.length) parts.push(el("h3", { text: "所有人" }));
  }
  parts.push(...found.slice(0, SHOWN_AT_ONCE).map(row));
  if (!found.length) parts.push(el("p", { class: "none", text: "没找到，换个名字试试。" }));
  if (found.length > SHOWN_AT_ONCE) parts.push(el("p", { class: "none", text: `还有 ${found.length - SHOWN_AT_ONCE} 人，打字找更快。` }));
  box.replaceChildren(...parts);
}

function group(title, ids) {
  const known = ids.filter((id) => store.people.has(id));
  return known.length ? [el("h3", { text: title }), ...known.map((id) => row(store.people.get(id)))] : [];
}

function row(person) {
  const about = [person.role_name, person.about].filter(Boolean).join(" · ");
  return el("button", {
    type: "button", class: "person", "data-testid": "person", "data-id": person.id, "data-name": person.name,
    "aria-current": person.id === store.me ? "true" : null, title: about, onclick: () => pick(person.id),
  },
  avatar(person),
  el("span", { class: "who" }, el("span", { class: "name", text: person.name }), el("span", { class: "about", text: about })),
  waits(person.id) && person.id !== store.me ? el("span", { class: "dot", text: "私聊" }) : null);
}

function drawSpeaker() {
  const person = me();
  const box = $("speaker");
  if (!person) {
    box.replaceChildren(el("span", { class: "who" }, el("span", { class: "name", text: "先挑一个人说话" })));
    return;
  }
  const about = [person.role_name, person.about].filter(Boolean).join(" · ");
  box.replaceChildren(
    avatar(person, { class: "small" }),
    el("span", { class: "who" }, el("span", { class: "name", text: `我是 ${person.name}` }), el("span", { class: "about", text: about })),
  );
}

