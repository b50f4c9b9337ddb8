import { PocketMongoError } from "../errors.ts";

const posixClasses: Record<string, string> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "\\x21-\\x7e",
  lower: "a-z",
  print: "\\x20-\\x7e",
  punct: "!-\\/:-@\\[-`{-~",
  space: " \\t\\n\\v\\f\\r",
  upper: "A-Z",
  word: "\\w",
  xdigit: "0-9A-Fa-f",
};

/** What PCRE writes with a backslash and JavaScript writes otherwise, outside and inside a character class. */
const escapes: Record<string, { outside: string; inside: string | undefined }> = {
  A: { outside: "^", inside: undefined },
  z: { outside: "$", inside: undefined },
  Z: { outside: "(?=\\n?$)", inside: undefined },
  s: { outside: "[ \\t\\n\\v\\f\\r]", inside: " \\t\\n\\v\\f\\r" },
  S: { outside: "[^ \\t\\n\\v\\f\\r]", inside: undefined },
  h: { outside: "[ \\t]", inside: " \\t" },
  R: { outside: "(?:\\r\\n|[\\n\\v\\f\\r\\x85\\u2028\\u2029])", inside: undefined },
  N: { outside: "[^\\n]", inside: undefined },
  a: { outside: "\\x07", inside: "\\x07" },
  e: { outside: "\\x1b", inside: "\\x1b" },
};

const allowedOptions = /^[imsxu]*$/;

function invalid(pattern: string, why: string): PocketMongoError {
  return new PocketMongoError(51091, `Regular expression is invalid: ${why} in /${pattern}/`);
}

/**
 * MongoDB's expressions are PCRE's. The syntax both know but read differently (`$` before a last newline, `\s` of ASCII
 * only, `^` and `.` that know no line end but \n) is rewritten; what JavaScript cannot do is refused. The ends of the text
 * are JavaScript's own `^` and `$`: a negated look-around also holds between the two halves of a surrogate pair.
 */
export function compileRegex(pattern: string, options: string): RegExp {
  if (!allowedOptions.test(options)) {
    throw new PocketMongoError(51108, `invalid flag in regex options: ${options}`);
  }
  if (pattern.includes("\0"))
    throw new PocketMongoError("BadValue", "Regular expression cannot contain an embedded null byte");
  let flags = new Set(options);
  let body = pattern;
  const inline = /^\(\?([imsx]+)\)/.exec(pattern);
  if (inline) {
    flags = new Set([...flags, ...(inline[1] as string)]);
    body = pattern.slice(inline[0].length);
  }
  const source = translate(body, flags);
  const jsFlags = flags.has("i") ? "i" : "";
  try {
    return new RegExp(source, `${jsFlags}u`);
  } catch {
    // Escapes such as \- or \@ are an error to JavaScript only in its Unicode mode.
    try {
      return new RegExp(source, jsFlags);
    } catch (error) {
      throw invalid(pattern, (error as Error).message);
    }
  }
}

function translate(pattern: string, flags: ReadonlySet<string>): string {
  const multiline = flags.has("m");
  const extended = flags.has("x");
  let made = "";
  let at = 0;
  while (at < pattern.length) {
    const char = pattern[at] as string;
    if (char === "\\") {
      const [text, next] = translateEscape(pattern, at);
      made += text;
      at = next;
    } else if (char === "[") {
      const [text, next] = translateClass(pattern, at);
      made += text;
      at = next;
    } else if (char === "^") {
      made += multiline ? "(?<=^|\\n)" : "^";
      at += 1;
    } else if (char === "$") {
      made += multiline ? "(?=$|\\n)" : "(?=\\n?$)";
      at += 1;
    } else if (char === ".") {
      made += flags.has("s") ? "[\\s\\S]" : "[^\\n]";
      at += 1;
    } else if (extended && /\s/.test(char)) {
      at += 1;
    } else if (extended && char === "#") {
      const line = pattern.indexOf("\n", at);
      at = line < 0 ? pattern.length : line + 1;
    } else if (pattern.startsWith("(?P<", at)) {
      made += "(?<";
      at += 4;
    } else if (/^\(\?(?![:=!<])/.test(pattern.slice(at, at + 3))) {
      throw invalid(pattern, "this server does not support that kind of group");
    } else if (/^[*+?}]\+/.test(pattern.slice(at, at + 2))) {
      throw invalid(pattern, "this server does not support possessive quantifiers");
    } else {
      made += char;
      at += 1;
    }
  }
  return made;
}

function translateEscape(pattern: string, at: number): [string, number] {
  const next = pattern[at + 1];
  if (next === undefined) throw invalid(pattern, "\\ at end of pattern");
  if (next === "Q") {
    const end = pattern.indexOf("\\E", at + 2);
    const literal = pattern.slice(at + 2, end < 0 ? undefined : end);
    return [literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), end < 0 ? pattern.length : end + 2];
  }
  if (next === "E") return ["", at + 2];
  if ("GKXCHVgpPo".includes(next)) throw invalid(pattern, `this server does not support \\${next}`);
  const known = escapes[next];
  return [known ? known.outside : `\\${next}`, at + 2];
}

function translateClass(pattern: string, begin: number): [string, number] {
  let made = "[";
  let at = begin + 1;
  if (pattern[at] === "^") {
    made += "^";
    at += 1;
  }
  if (pattern[at] === "]") {
    made += "\\]";
    at += 1;
  }
  for (;;) {
    const char = pattern[at];
    if (char === undefined) throw invalid(pattern, "missing terminating ]");
    if (char === "]") return [`${made}]`, at + 1];
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(pattern.slice(at));
    if (posix) {
      const members = posixClasses[posix[2] as string];
      if (members === undefined || posix[1])
        throw invalid(pattern, `this server does not support ${posix[0]}`);
      made += members;
      at += posix[0].length;
    } else if (char === "[") {
      made += "\\[";
      at += 1;
    } else if (char === "\\") {
      const next = pattern[at + 1] ?? "";
      const known = escapes[next];
      if (known && known.inside === undefined)
        throw invalid(pattern, `this server does not support \\${next} in a class`);
      made += known?.inside ?? `\\${next}`;
      at += 2;
    } else {
      made += char;
      at += 1;
    }
  }
}

/** The text every match must begin with, for an index range; undefined where there is none. */
export function regexPrefix(pattern: string, options: string): string | undefined {
  if (options !== "" || !pattern.startsWith("^") || pattern.includes("|")) return undefined;
  const literal = /^\^([A-Za-z0-9 _:@#%&=,;<>~`'"!/-]+)/.exec(pattern)?.[1];
  if (literal === undefined) return undefined;
  const after = pattern[literal.length + 1];
  const prefix = after !== undefined && "*?{+".includes(after) ? literal.slice(0, -1) : literal;
  return prefix === "" ? undefined : prefix;
}
