// A coloured square with the first letters of a name; the colour tells the role.

import { el } from "./dom.js";

export function initials(name) {
  const parts = [...new Intl.Segmenter("zh", { granularity: "grapheme" }).segment(name.trim())].map((s) => s.segment);
  const han = parts.filter((c) => /\p{Script=Han}/u.test(c));
  if (han.length === parts.length && han.length <= 3) return han.slice(-2).join("");
  if (han.length) return han.slice(0, 2).join("");
  return parts[0] ?? "?";
}

export function avatar(person, props = {}, tag = "span") {
  const box = el(tag, { ...props, class: `avatar role-${person.role || "none"} ${props.class ?? ""}` });
  if (person.role === "bot") box.append(el("img", { src: "static/icon.svg", alt: "" }));
  else box.append(initials(person.name));
  if (!props["aria-label"]) box.setAttribute("aria-hidden", "true");
  return box;
}
