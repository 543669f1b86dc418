// The group's clock and the played day.

import { get, post } from "./api.js";
import { $, trying } from "./dom.js";
import { on, store, emit } from "./store.js";
import { dateWords, hm, moment, stamp } from "./time.js";

let base = { ms: Date.now(), off: 8 * 3600000 };
let since = performance.now();
let rate = 1;

// The group's moment now, moved on by its own rate since the server last told it.
export const now = () => ({ ms: base.ms + (performance.now() - since) * rate, off: base.off });

// A message from ahead of the shown clock: the clock was moved, and the news of that is still on its way.
export function hear(iso) {
  const at = moment(iso);
  if (at.ms <= now().ms) return;
  base = at;
  since = performance.now();
  drawFace();
}

export function takeState(state) {
  store.state = state;
  base = moment(state.now);
  since = performance.now();
  rate = state.rate;
  draw();
  emit("state", state);
}

export async function startClock() {
  $("rate-real").addEventListener("click", () => turn({ action: "rate", rate: 1 }));
  $("rate-fast").addEventListener("click", () => turn({ action: "rate", rate: 60 }));
  $("clock-next").addEventListener("click", () => turn({ action: "next" }));
  $("until-form").addEventListener("submit", (event) => {
    event.preventDefault();
    // "10:30", "10：30", "1030" and "10点30" are all how people write it.
    const found = /^\s*(\d{1,2})\s*[:：.点时]?\s*(\d{2})?\s*分?\s*$/.exec($("until").value);
    if (found) turn({ action: "until", at: `${found[1]}:${found[2] ?? "00"}` });
    else if ($("until").value.trim()) turn({ action: "until", at: $("until").value });
    else $("until").focus();
  });
  $("play").addEventListener("click", () => trying(async () => takeState(await post("play", { action: "start" }))));
  $("play-stop").addEventListener("click", () => trying(async () => takeState(await post("play", { action: "stop" }))));
  $("clock-more").addEventListener("click", () => {
    const open = document.querySelector(".clockbar").classList.toggle("open");
    $("clock-more").setAttribute("aria-expanded", String(open));
  });
  on("offline", () => { $("offline").hidden = false; });
  on("online", () => { $("offline").hidden = true; });
  takeState(await get("state"));
  setInterval(drawFace, 250);
}

let busy = false;
async function turn(data) {
  if (busy) return;
  busy = true;
  drawTools();
  await trying(async () => takeState(await post("clock", data)));
  busy = false;
  drawTools();
}

function drawFace() {
  const at = now();
  const time = hm(at);
  if ($("clock").textContent !== time) $("clock").textContent = time;
  const date = dateWords(at);
  if ($("clock-date").textContent !== date) {
    $("clock-date").textContent = date;
    emit("day"); // "today" of yesterday's stamps is no longer today
  }
}

function draw() {
  drawFace();
  drawTools();
  const { play } = store.state;
  $("play-line").hidden = !play.running && !play.problem;
  $("play-stop").hidden = !play.running;
  $("play-progress").max = play.total || 1;
  $("play-progress").value = play.done;
  $("play-progress").hidden = !play.running;
  const [, month, day] = (play.day ?? "0-0-0").split("-").map(Number);
  $("play-text").textContent = play.running ? `正在播放 ${month}月${day}日的一天（${play.done}/${play.total}）` : play.problem;
}

function drawTools() {
  const { play, next_due: due } = store.state;
  const off = busy || play.running;
  for (const id of ["rate-real", "rate-fast", "until"]) $(id).disabled = off;
  $("until-form").querySelector("button").disabled = off;
  $("clock-next").disabled = off || !due;
  $("play").disabled = off;
  $("rate-real").setAttribute("aria-pressed", String(rate === 1));
  $("rate-fast").setAttribute("aria-pressed", String(rate === 60));
  $("clock-rate").textContent = play.running ? "正在播放" : rate === 1 ? "" : `快 ${rate} 倍`;
  $("next-due").textContent = due ? stamp(moment(due), now()) : "";
}
