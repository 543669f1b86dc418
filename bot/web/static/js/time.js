// Moments come as ISO text with the community's offset; they are shown by that clock, whatever the browser's zone is.

const WEEK = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
const two = (n) => String(n).padStart(2, "0");

// { ms: the instant, off: the offset in ms }
export function moment(iso) {
  const found = /([+-])(\d\d):(\d\d)$/.exec(iso);
  const off = found ? (found[1] === "-" ? -1 : 1) * (found[2] * 60 + +found[3]) * 60000 : 0;
  return { ms: Date.parse(iso), off };
}

const local = ({ ms, off }) => new Date(ms + off);
const dayNumber = ({ ms, off }) => Math.floor((ms + off) / 86400000);

export function hm(at) {
  const d = local(at);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
}

export function dateWords(at) {
  const d = local(at);
  return `${d.getUTCMonth() + 1}月${d.getUTCDate()}日 ${WEEK[d.getUTCDay()]}`;
}

// "08:12", "昨天 08:12", "明天 08:12", "11月20日 周五 08:12"
export function stamp(at, now) {
  const days = dayNumber(at) - dayNumber(now);
  const day = days === 0 ? "" : days === -1 ? "昨天 " : days === 1 ? "明天 " : `${dateWords(at)} `;
  return day + hm(at);
}
