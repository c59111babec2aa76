// Days of the calendar as ISO texts ("2025-02-21"): they compare as they stand, and no time zone moves them.
const DAY_MS = 86_400_000;
const WRITTEN = /^(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?日?$|^(\d{4})(\d{2})(\d{2})$/;

export const moment = (day) => new Date(`${day}T00:00Z`);
const dayOf = (date) => date.toISOString().slice(0, 10);

// 0 is Sunday, with which a week begins in Japan.
export const weekday = (day) => moment(day).getUTCDay();
export const addDays = (day, days) => dayOf(new Date(moment(day).getTime() + days * DAY_MS));
export const monthStart = (day) => `${day.slice(0, 7)}-01`;

// The same day of another month, or that month's last day.
export function addMonths(day, months) {
  const first = moment(monthStart(day));
  first.setUTCMonth(first.getUTCMonth() + months);
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0));
  first.setUTCDate(Math.min(moment(day).getUTCDate(), last.getUTCDate()));
  return dayOf(first);
}

// The day that somebody typed as 2025/2/21, 2025-02-21, 2025年2月21日 or 20250221, full width too; null for anything else.
export function readDay(text) {
  const match = WRITTEN.exec(text.normalize("NFKC").trim());
  if (!match) return null;
  const [year, month, day] = match.slice(1).filter(Boolean);
  const read = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const date = moment(read);
  return !Number.isNaN(date.getTime()) && dayOf(date) === read ? read : null;
}

// As the field shows it: 2025/2/21.
export const writtenDay = (day) => day.split("-").map(Number).join("/");
