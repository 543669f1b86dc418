// The stream of what happens: it comes back by itself and goes on from the last message seen.

import { takeState } from "./clock.js";
import { trying } from "./dom.js";
import { emit, loadPeople, on, receive, store } from "./store.js";

let source = null;
let retry = 0;

export function startLive() {
  on("person", open);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
}

function open() {
  source?.close();
  clearTimeout(retry);
  const mine = new EventSource(`api/events?${new URLSearchParams({ viewer: store.me, after: store.lastSeq })}`);
  source = mine;
  const take = (name, run) => mine.addEventListener(name, (event) => {
    if (source === mine) run(JSON.parse(event.data));
  });
  take("message", (message) => {
    receive(message);
    // Someone who joined after the page was opened.
    if (!store.people.has(message.sender)) trying(async () => { await loadPeople(); emit("people"); });
  });
  take("state", takeState);
  take("knock", ({ id, seq }) => {
    store.lastSeq = Math.max(store.lastSeq, seq);
    store.knocks.set(id, seq);
    emit("knock");
  });
  mine.addEventListener("open", () => emit("online"));
  mine.addEventListener("error", () => {
    if (source !== mine) return;
    emit("offline");
    // The browser tries again by itself unless it was turned away.
    if (mine.readyState === EventSource.CLOSED) retry = setTimeout(open, 3000);
  });
}
