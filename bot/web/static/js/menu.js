// A small menu beside what was clicked, for mouse, touch and keyboard.

import { $, el } from "./dom.js";

let opener = null;

// items: [{ label, testid, run }]
export function openMenu(anchor, items, point = null) {
  closeMenu();
  if (!items.length) return;
  opener = anchor;
  opener.setAttribute?.("aria-expanded", "true");
  const menu = $("menu");
  menu.replaceChildren(...items.map((item) =>
    el("button", {
      type: "button", role: "menuitem", text: item.label, "data-testid": item.testid,
      onclick: () => { closeMenu(); item.run(); },
    })));
  menu.hidden = false;
  const place = anchor.getBoundingClientRect();
  const x = point?.x ?? place.left + place.width / 2;
  const y = point?.y ?? place.top;
  const size = menu.getBoundingClientRect();
  const above = y - size.height - 8;
  menu.style.left = `${Math.max(8, Math.min(x - size.width / 2, innerWidth - size.width - 8))}px`;
  menu.style.top = `${above > 8 ? above : Math.min((point ? y : place.bottom) + 8, innerHeight - size.height - 8)}px`;
  menu.querySelector("button").focus();
}

export function closeMenu() {
  if ($("menu").hidden) return;
  const inside = $("menu").contains(document.activeElement);
  $("menu").hidden = true;
  opener?.removeAttribute?.("aria-expanded");
  if (inside && opener?.isConnected) opener.focus?.({ preventScroll: true });
  opener = null;
}

export function startMenu() {
  document.addEventListener("pointerdown", (event) => {
    if (!$("menu").contains(event.target)) closeMenu();
  });
  addEventListener("resize", closeMenu);
  $("messages").addEventListener("scroll", closeMenu, { passive: true });
  $("menu").addEventListener("keydown", (event) => {
    const all = [...$("menu").querySelectorAll("button")];
    const here = all.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      all[(here + step + all.length) % all.length].focus();
    }
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      closeMenu();
    }
  });
}
