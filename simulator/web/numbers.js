// Telephone numbers and times as people in Japan read them.

export function readable(number) {
  if (number === "anonymous") return "非通知";
  const digits = number.replace(/^\+?81/, "0");
  if (/^0\d0\d{8}$/.test(digits)) return digits.replace(/^(...)(....)(....)$/, "$1-$2-$3");
  if (/^0[36]\d{8}$/.test(digits)) return digits.replace(/^(..)(....)(....)$/, "$1-$2-$3");
  return digits;
}

const clock = new Intl.DateTimeFormat("ja-JP", {
  timeZone: "Asia/Tokyo", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit",
});

export const moment = (iso) => clock.format(new Date(iso));

export const seconds = (value) => `${Math.floor(value / 60)}:${(value % 60).toFixed(1).padStart(4, "0")}`;
