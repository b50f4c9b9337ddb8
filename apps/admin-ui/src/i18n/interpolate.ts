import type { MessageKeyOf, MessageParams, Translate } from "./translated.ts";

type Tree = { readonly [key: string]: string | Tree };

/** `%{name}` from params; `one |||| other` by `smart_count`, as polyglot writes them. */
export function interpolate(message: string, params: MessageParams = {}): string {
  const forms = message.split("||||");
  const chosen = forms.length > 1 && params.smart_count !== 1 ? forms[1] : forms[0];
  return (chosen ?? message)
    .trim()
    .replace(/%\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole));
}

function find(tree: Tree, key: string): string | undefined {
  let at: string | Tree | undefined = tree;
  for (const part of key.split(".")) at = typeof at === "object" ? at[part] : undefined;
  return typeof at === "string" ? at : undefined;
}

/** A translator for pages without react-admin. A key that is not there is shown as itself. */
export const createTranslate =
  <Messages extends Tree>(messages: Messages): Translate<MessageKeyOf<Messages>> =>
  (key, params) =>
    interpolate(find(messages, key) ?? key, params);
