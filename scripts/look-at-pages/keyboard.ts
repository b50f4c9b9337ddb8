import type { Page } from "playwright-core";

/** More stops than any page has; a page that has not come round by then keeps the focus to itself. */
const MOST_STOPS = 700;

/**
 * Runs in the page and leaves `hallmeterKeyboard` there. What can be operated is found by element and role, and by React's own
 * record of who listens for clicks, because nothing in the markup tells a clickable box from any other.
 */
const OBSERVE = `(() => {
  const style = document.createElement("style");
  style.textContent = "*, *::before, *::after { transition: none !important; animation: none !important; caret-color: transparent !important }";
  document.head.append(style);
  const OPERABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], [role=tab], [role=checkbox], [role=switch], [role=radio], [role=menuitem], [role=slider], [role=combobox], [role=gridcell][tabindex], [role=grid][tabindex]";
  // A chip without a task listens all the same; a picture has a table beside it that does as much; of options the field beside them tells.
  const DEAF = "[role=option], [class*=MuiChip-root]:not([class*=clickable]), [role=img]";
  const LOOK = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "backgroundColor", "borderTopColor", "borderTopWidth", "borderBottomColor", "borderBottomWidth", "transform", "opacity", "textDecorationLine", "color", "clipPath", "stroke", "strokeWidth", "display", "visibility"];
  const isShown = (element) =>
    element.checkVisibility({ checkVisibilityCSS: true }) && !element.closest("[aria-hidden=true], [inert]");
  const isOperable = (element) => isShown(element) && !element.disabled && element.getAttribute("aria-disabled") !== "true";
  const operable = () => [...document.querySelectorAll(OPERABLE)].filter(isOperable);
  const nameOf = (element) =>
    "<" + element.tagName.toLowerCase() + (element.getAttribute("role") ? " role=" + element.getAttribute("role") : "") + "> " +
    (element.getAttribute("aria-label") ?? (element.innerText || element.labels?.[0]?.innerText || element.name || element.className?.toString() || "")).replace(/\\s+/g, " ").slice(0, 60).trim();
  const listens = (element) => {
    const key = Object.keys(element).find((name) => name.startsWith("__reactProps$"));
    return key === undefined ? {} : element[key];
  };
  // The field around an input, the label of a box: what shows the focus may be beside what has it.
  const around = (element) => {
    const field = element.closest("[class*=InputBase-root], [class*=ButtonBase-root], label") ?? element;
    return [element.parentElement, field, ...field.querySelectorAll("*")].filter((each) => each !== null);
  };
  const lookOf = (element) =>
    around(element).map((each) =>
      ["", "::before", "::after"].map((part) => {
        const computed = getComputedStyle(each, part || null);
        return LOOK.map((name) => computed[name]).join(" ");
      }).join("|"),
    ).join("#");
  document.activeElement?.blur();
  const calm = new Map(operable().map((element) => [element, lookOf(element)]));
  const reached = new Set();
  const invisible = [];
  /** Where the focus is now: false once it has come round. */
  const note = () => {
    const element = document.activeElement;
    if (element === null || element === document.body) return { at: "body" };
    const isNew = !reached.has(element);
    if (isNew && isOperable(element)) {
      const before = calm.get(element);
      const box = element.getBoundingClientRect();
      if (before !== undefined && before === lookOf(element)) invisible.push(nameOf(element));
      if (box.width === 0 && box.height === 0) invisible.push(nameOf(element) + " (no size)");
    }
    reached.add(element);
    // A date has a stop for each of its parts.
    const isPart = element.matches("input[type=date], input[type=time], input[type=datetime-local], input[type=month]");
    return { at: nameOf(element), isNew, isPart };
  };
  /** One of a group that Tab reaches, beside others of it that it passes over. */
  const groups = () => {
    const passed = operable().filter((element) => !reached.has(element));
    const open = [];
    const byStop = new Map();
    for (const element of passed) {
      const radio = element.type === "radio" && [...reached].some((other) => other.type === "radio" && other.name === element.name);
      // Down opens what this button opens: ARIA Authoring Practices, combobox.
      const field = element.closest("[class*=InputBase-root], [class*=Autocomplete-root]");
      const opener = element.tagName === "BUTTON" && element.tabIndex === -1 && field !== null && [...reached].some((other) => other.role !== "button" && field.contains(other));
      if (radio || opener) continue;
      let container = element.parentElement;
      const isKin = (other) => container.contains(other) && other.tagName === element.tagName && other.getAttribute("role") === element.getAttribute("role");
      while (container !== null && ![...reached].some(isKin)) container = container.parentElement;
      const stop = container === null || element.tabIndex !== -1 ? undefined : [...reached].find(isKin);
      if (stop === undefined) open.push("Tab does not reach " + nameOf(element));
      else byStop.set(stop, [...(byStop.get(stop) ?? []), element]);
    }
    return { open, byStop };
  };
  const withoutRole = () =>
    [...document.querySelectorAll("body *")]
      .filter((element) => isShown(element) && listens(element).onClick !== undefined)
      .filter((element) => !element.matches(OPERABLE + ", label, [tabindex], " + DEAF) && element.closest(OPERABLE + ", label") === null && element.querySelector(OPERABLE) === null)
      .map((element) => "answers a click, has no role: " + nameOf(element));
  const withoutKeys = () =>
    operable()
      .filter((element) => element.matches("[role=button]:not(button, a[href], input)") && listens(element).onClick !== undefined && listens(element).onKeyDown === undefined)
      .map((element) => "answers a click, no key: " + nameOf(element));
  const jumping = () => [...document.querySelectorAll("[tabindex]")].filter((element) => element.tabIndex > 0).map((element) => "tabindex above zero: " + nameOf(element));
  let stops = [];
  window.hallmeterKeyboard = {
    note,
    markup: () => [...withoutRole(), ...withoutKeys(), ...jumping()],
    invisible: () => invisible.map((name) => "focus does not show: " + name),
    unreached: () => {
      const { open, byStop } = groups();
      stops = [...byStop];
      return { open, groups: stops.length };
    },
    enter: (index) => stops[index][0].focus(),
    left: (index) => stops[index][1].includes(document.activeElement) ? null : stops[index][1].map(nameOf).slice(0, 3).join(", ") + " beside " + nameOf(stops[index][0]),
  };
})()`;

/** Whoever moves through a group does it by these. */
const ARROWS = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"] as const;

interface Stop {
  at: string;
  /** Both missing where nothing has the focus. */
  isNew?: boolean;
  isPart?: boolean;
}

const ask = <Answer>(page: Page, call: string): Promise<Answer> =>
  page.evaluate<Answer>(`window.hallmeterKeyboard.${call}`);

/**
 * What somebody without a mouse cannot do on this page: what Tab and, within a group, the arrows do not reach, where the focus does
 * not show or stays caught, and what answers clicks alone.
 */
export async function keyboardFaults(page: Page): Promise<string[]> {
  await page.evaluate(OBSERVE);
  const faults = await ask<string[]>(page, "markup()");
  const seenTwice: string[] = [];
  let last = "";
  for (let stop = 0; stop < MOST_STOPS && seenTwice.length < 2; stop += 1) {
    await page.keyboard.press("Tab");
    const { at, isNew, isPart } = await ask<Stop>(page, "note()");
    if (at === last && isPart) continue;
    if (isNew === false) seenTwice.push(at);
    if (isNew === false && at === last) faults.push(`Tab stays at ${at}`);
    last = at;
  }
  if (seenTwice.length < 2) faults.push(`Tab has not come round after ${MOST_STOPS} stops`);
  faults.push(...(await ask<string[]>(page, "invisible()")));
  const { open, groups } = await ask<{ open: string[]; groups: number }>(page, "unreached()");
  faults.push(...open);
  for (let group = 0; group < groups; group += 1) {
    let left: string | null = "";
    for (const arrow of ARROWS) {
      await ask(page, `enter(${group})`);
      await page.keyboard.press(arrow);
      left = await ask<string | null>(page, `left(${group})`);
      if (left === null) break;
    }
    if (left !== null) faults.push(`no arrow reaches ${left}`);
  }
  return [...new Set(faults)];
}
