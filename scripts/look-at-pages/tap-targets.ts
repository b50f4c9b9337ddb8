import type { Page } from "playwright-core";

/** A finger's width: WCAG 2.2, success criterion 2.5.5. */
const FINGER_PX = 44;

/**
 * Runs in the page. What answers a tap is asked of the page itself, from the middle outwards, so that a label or a card that
 * carries the tap counts; a link within a sentence is exempt there as here.
 */
const SMALL_TARGETS = `(() => {
  const reach = ${FINGER_PX / 2};
  const inSentence = (element) =>
    element.tagName === "A" &&
    getComputedStyle(element).display === "inline" &&
    element.parentElement.textContent.trim() !== element.textContent.trim();
  const labelOf = (element) => element.labels?.[0] ?? element.closest("label");
  const fieldOf = (element) => element.closest("[class*=InputBase-root], [class*=Switch-root]");
  const small = [];
  const targets = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=combobox], [role=option], [role=menuitem]";
  for (const element of document.querySelectorAll(targets)) {
    if (element.disabled || inSentence(element) || element.closest("[aria-hidden=true], [inert]")) continue;
    if (!element.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true })) continue;
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = (fieldOf(element) ?? labelOf(element) ?? element).getBoundingClientRect();
    if (box.width === 0 || box.right < 0 || box.bottom < 0 || box.left > innerWidth) continue;
    const accepted = [element, fieldOf(element), labelOf(element), element.closest("[class*=FormControl-root]")].filter(Boolean);
    const answers = (x, y) => {
      const hit = document.elementFromPoint(x, y);
      return hit !== null && accepted.some((each) => each.contains(hit));
    };
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (!answers(x, y)) continue;
    const along = (dx, dy) => {
      let far = 0;
      while (far < reach && answers(x + dx * (far + 1), y + dy * (far + 1))) far += 1;
      return far;
    };
    const width = along(-1, 0) + along(1, 0);
    const height = along(0, -1) + along(0, 1);
    if (width < ${FINGER_PX} - 2 || height < ${FINGER_PX} - 2)
      small.push(width + " × " + height + " px: " + (element.getAttribute("aria-label") ?? element.innerText ?? element.name ?? "").slice(0, 40).trim() + " <" + element.tagName.toLowerCase() + ">");
  }
  window.scrollTo(0, 0);
  return small;
})()`;

/** What a finger can hardly hit on this page: its reach and its name. */
export const smallTargets = async (page: Page): Promise<string[]> =>
  (await page.evaluate(SMALL_TARGETS)) as string[];
