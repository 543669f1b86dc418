// Puts the page together.

import { startChat } from "./chat.js";
import { startClock } from "./clock.js";
import { startComposer } from "./composer.js";
import { toast } from "./dom.js";
import { startLive } from "./live.js";
import { startMenu } from "./menu.js";
import { startPeople } from "./people.js";
import { become, loadPeople, store } from "./store.js";

async function start() {
  await loadPeople();
  await startClock();
  startMenu();
  startPeople();
  startChat();
  startComposer();
  startLive();
  const asked = decodeURIComponent(location.hash.slice(1));
  await become(store.people.has(asked) && asked !== store.bot.id ? asked : "");
  document.body.dataset.ready = "true";
}

start().catch((error) => toast(error.message));
