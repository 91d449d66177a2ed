// Times as a phone shows them, in the viewer's zone.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });
const fullDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

const DAY = 86400000;

function midnight(moment) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
}

function daysAgo(moment) {
  return Math.round((midnight(new Date()) - midnight(moment)) / DAY);
}

export function time(seconds) {
  return clock.format(new Date(seconds * 1000));
}

export function dayKey(seconds) {
  return midnight(new Date(seconds * 1000)).getTime();
}

export function day(seconds) {
  const moment = new Date(seconds * 1000);
  const ago = daysAgo(moment);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  if (ago > 1 && ago < 7) return weekday.format(moment);
  return moment.getFullYear() === new Date().getFullYear() ? date.format(moment) : fullDate.format(moment);
}

export function short(seconds) {
  return daysAgo(new Date(seconds * 1000)) === 0 ? time(seconds) : day(seconds);
}
