/** The months in which the household was open, newest first, "YYYY-MM". */
export function monthsSince(openedMonth: string, thisMonth: string, most: number): string[] {
  const months: string[] = [];
  let [year = 0, month = 1] = thisMonth.split("-").map(Number);
  while (months.length < most) {
    const name = `${year}-${String(month).padStart(2, "0")}`;
    if (name < openedMonth) break;
    months.push(name);
    [year, month] = month === 1 ? [year - 1, 12] : [year, month - 1];
  }
  return months;
}
