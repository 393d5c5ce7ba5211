// Moments as the control room reads them. The service sends UTC; the clock on the wall is London's.
const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London", hour: "2-digit", minute: "2-digit", second: "2-digit",
});
const day = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London", day: "numeric", month: "long", year: "numeric",
});

export const at = (moment) => (moment ? clock.format(new Date(moment)) : "");
export const onDay = (date) => (date ? day.format(new Date(date)) : "");
export const spoken = (code) => (code ?? "").replaceAll("_", " ");
export const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;

// "12 s", "4 min", "3 h": how long since `moment`.
export function since(moment, now) {
  const seconds = Math.max(0, Math.round((now - new Date(moment)) / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
