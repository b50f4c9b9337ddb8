import {
  findNodeAtLocation,
  getNodePath,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { z } from "zod";
import { type Profile, profileSchema } from "./profile.ts";
import { adviceFor, narrowed } from "./profile-file-advice.ts";

export interface ProfileFileError {
  file: string;
  /** From 1, as editors count. */
  line: number;
  column: number;
  /** The field, e.g. "variants.single-phase.registers.3.type"; empty for the file as a whole. */
  path: string;
  /** What is wrong and what to do about it. */
  message: string;
}

export type ProfileFileResult = { profile: Profile } | { errors: ProfileFileError[] };

/** "file:line:column: field: message", as compilers write it and editors find it. */
export function profileFileErrorText({ file, line, column, path, message }: ProfileFileError): string {
  return `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message}`;
}

type Path = readonly PropertyKey[];

class ProfileText {
  readonly #file: string;
  readonly #text: string;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  errorAt(offset: number, path: Path, message: string): ProfileFileError {
    const before = this.#text.slice(0, offset);
    return {
      file: this.#file,
      line: before.split("\n").length,
      column: offset - before.lastIndexOf("\n"),
      path: path.map(String).join("."),
      message,
    };
  }
}

/** Where the field stands, or the nearest thing around it that does. */
function nearest(root: Node, path: Path): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length).map(asSegment));
    if (node !== undefined) return node;
  }
  return root;
}

const asSegment = (key: PropertyKey) => (typeof key === "number" ? key : String(key));

/** JSON takes the last of two fields of one name; a person who wrote both meant something else. */
function repeatedFields(text: ProfileText, node: Node): ProfileFileError[] {
  const children = node.children ?? [];
  if (node.type !== "object") return children.flatMap((child) => repeatedFields(text, child));
  const seen = new Set<unknown>();
  return children.flatMap((property) => {
    const [key, value] = property.children ?? [];
    if (key === undefined) return [];
    const inner = value === undefined ? [] : repeatedFields(text, value);
    if (!seen.has(key.value)) {
      seen.add(key.value);
      return inner;
    }
    const path = [...getNodePath(node), String(key.value)];
    return [text.errorAt(key.offset, path, "stands twice in the same object; keep one"), ...inner];
  });
}

/** Manuals count in hexadecimal, which JSON cannot write: "0x0300" stands for 768. */
const HEXADECIMAL = /^0x[0-9a-f]{1,8}$/i;

function valueAt(node: Node): unknown {
  switch (node.type) {
    case "object":
      return Object.fromEntries(
        (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
          key === undefined || value === undefined ? [] : [[String(key.value), valueAt(value)]],
        ),
      );
    case "array":
      return (node.children ?? []).map(valueAt);
    case "string":
      return HEXADECIMAL.test(String(node.value)) ? Number(node.value) : node.value;
    default:
      return node.value;
  }
}

function issueErrors(text: ProfileText, root: Node, issue: z.core.$ZodIssue): ProfileFileError[] {
  if (issue.code !== "unrecognized_keys") {
    const node = nearest(root, issue.path);
    return [
      text.errorAt(
        node.offset,
        issue.path,
        adviceFor(issue, findNodeAtLocation(root, issue.path.map(asSegment)) !== undefined),
      ),
    ];
  }
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    const property = findNodeAtLocation(root, path.map(asSegment))?.parent;
    return text.errorAt((property ?? nearest(root, issue.path)).offset, path, adviceFor(issue, true));
  });
}

/**
 * A user's own profile. Pure: the caller has read the file.
 * @param fileName as errors shall name it
 */
export function parseProfileFile(content: string, fileName: string): ProfileFileResult {
  const text = new ProfileText(fileName, content);
  const faults: ParseError[] = [];
  const root = parseTree(content, faults, { disallowComments: true, allowTrailingComma: false });
  if (content.trim() === "")
    return { errors: [text.errorAt(0, [], "the file is empty; docs/devices.md shows a profile")] };
  if (root === undefined || faults.length > 0) {
    const [fault] = faults;
    const what = fault && JSON_ADVICE[printParseErrorCode(fault.error)];
    return {
      errors: [text.errorAt(fault?.offset ?? 0, [], `not JSON: ${what ?? "something is out of place here"}`)],
    };
  }
  const repeated = repeatedFields(text, root);
  if (repeated.length > 0) return { errors: repeated };
  const result = profileSchema.safeParse(valueAt(root));
  if (result.success) return { profile: result.data };
  const issues = result.error.issues.flatMap(narrowed);
  // While fields are wrong, what does not fit together is mostly their echo.
  const ofFields = issues.filter(({ code }) => code !== "custom");
  const told = ofFields.length > 0 ? ofFields : issues;
  return { errors: told.flatMap((issue) => issueErrors(text, root, issue)) };
}

const JSON_ADVICE: Readonly<Record<string, string>> = {
  CommaExpected: "a comma is missing before this",
  PropertyNameExpected:
    "a field's name in double quotes is expected here; there may be a comma too many before it",
  ValueExpected: "a value is expected here; there may be a comma too many before it",
  ColonExpected: "a colon is missing after the field's name",
  CloseBraceExpected: "a closing } is missing",
  CloseBracketExpected: "a closing ] is missing",
  EndOfFileExpected: "the profile has ended before this; remove what follows",
  InvalidCommentToken: 'comments are not allowed; use the field "unsure" or "source" for what must be said',
  InvalidSymbol: 'this is neither a string in double quotes nor a number; write addresses as 768 or "0x0300"',
  InvalidNumberFormat: "this is no number",
  UnexpectedEndOfString: "a string is not closed with a double quote",
};

/** Files of one folder, read by the caller. What one of them gets wrong does not touch the others. */
export interface ProfileFiles {
  profiles: Profile[];
  errors: ProfileFileError[];
}

/**
 * The profiles of a folder's files, in their order. An id that is taken, by a profile that comes along or by an earlier file,
 * is refused: nobody could say which of the two a circuit means.
 */
export function parseProfileFiles(
  files: readonly { name: string; content: string }[],
  builtIn: Readonly<Record<string, Profile>>,
): ProfileFiles {
  const profiles: Profile[] = [];
  const errors: ProfileFileError[] = [];
  const fileOf = new Map<string, string>();
  for (const { name, content } of files) {
    const result = parseProfileFile(content, name);
    if ("errors" in result) {
      errors.push(...result.errors);
      continue;
    }
    const { id } = result.profile;
    const owner = Object.hasOwn(builtIn, id) ? "a profile that comes with Hallmeter" : fileOf.get(id);
    if (owner === undefined) {
      fileOf.set(id, name);
      profiles.push(result.profile);
      continue;
    }
    const idNode = parseTree(content);
    const offset = (idNode && findNodeAtLocation(idNode, ["id"]))?.offset ?? 0;
    const message = `"${id}" is the id of ${owner} already; choose another, such as "my-${id}"`;
    errors.push(new ProfileText(name, content).errorAt(offset, ["id"], message));
  }
  return { profiles, errors };
}
