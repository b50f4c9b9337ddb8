import { commonEn } from "./common.en.ts";
import type { MessageKeyOf, Translate } from "./translated.ts";

type MethodKey = MessageKeyOf<Pick<typeof commonEn, "method">>;
const isKnown = (method: string): method is keyof typeof commonEn.method =>
  Object.hasOwn(commonEn.method, method);

/** How a purchase was paid; a method of tomorrow is shown by its own name. */
export const methodText = (method: string, t: Translate<MethodKey>): string =>
  isKnown(method) ? t(`method.${method}`) : method;
