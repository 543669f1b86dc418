// A photo, a clip or a voice note to go with the next message; a voice note can be recorded here.

import { upload } from "./api.js";
import { $, toast, trying } from "./dom.js";

const LIMITS = { image: 10, video: 25, audio: 5 }; // MB, the server's own limits said before the upload
const WORDS = { image: "照片", video: "视频", audio: "语音" };
const LONGEST_NOTE = 60; // seconds, as in WeChat
let current = null; // { file, type }
let recorder = null;
let serial = 0;

export const attachment = () => current;

export function startAttach() {
  for (const kind of ["image", "video", "audio"]) {
    $(`add-${kind}`).addEventListener("click", () => {
      const input = $("file");
      input.accept = `${kind}/*`;
      input.dataset.kind = kind;
      input.value = "";
      input.click();
    });
  }
  $("file").addEventListener("change", () => {
    const file = $("file").files[0];
    if (file) attach(file, file.name);
  });
  $("text").addEventListener("paste", (event) => {
    const file = event.clipboardData?.files?.[0];
    if (file) {
      event.preventDefault();
      attach(file, file.name);
    }
  });
  $("attached").querySelector("button").addEventListener("click", clearAttachment);
  $("record").addEventListener("click", record);
}

async function attach(file, name) {
  const kind = file.type.split("/")[0];
  const limit = LIMITS[kind] ?? 25;
  if (file.size > limit * 1024 * 1024) {
    toast(`${WORDS[kind] ?? "文件"}太大了，最大 ${limit} MB，压缩一下再发吧。`);
    return;
  }
  const mine = ++serial;
  label("正在放上来…");
  const stored = await trying(() => upload(file, name));
  if (mine !== serial) return;
  if (!stored) {
    clearAttachment();
    return;
  }
  current = stored;
  label(`${WORDS[stored.type]}：${name}`);
  $("text").focus();
}

function label(text) {
  $("attached").firstElementChild.textContent = text;
  $("attached").hidden = false;
}

export function clearAttachment() {
  serial += 1;
  current = null;
  $("attached").hidden = true;
}

async function record() {
  if (recorder) {
    recorder.stop();
    return;
  }
  if (!navigator.mediaDevices || !window.MediaRecorder) {
    toast("这个浏览器录不了音，可以用“语音”选一个文件。");
    return;
  }
  let sound;
  try {
    sound = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    toast("没有打开话筒，可以用“语音”选一个文件。");
    return;
  }
  const parts = [];
  const active = new MediaRecorder(sound);
  recorder = active;
  const limit = setTimeout(() => active.state !== "inactive" && active.stop(), LONGEST_NOTE * 1000);
  active.addEventListener("dataavailable", (event) => parts.push(event.data));
  active.addEventListener("stop", () => {
    clearTimeout(limit);
    recorder = null;
    for (const track of sound.getTracks()) track.stop();
    $("record").textContent = "录音";
    $("record").classList.remove("live");
    attach(new Blob(parts, { type: active.mimeType.split(";")[0] || "audio/webm" }), "录音");
  });
  active.start();
  $("record").textContent = "● 录好了";
  $("record").classList.add("live");
}
