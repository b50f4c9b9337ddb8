/** MongoDB's codes (error_codes.yml) for what this model refuses. */
export const refusalCodes = {
  BadValue: 2,
  TypeMismatch: 14,
  PathNotViable: 28,
  ImmutableField: 66,
  DuplicateKey: 11000,
} as const;

/** What the model expects the server to refuse, and with which code. */
export class ModelRefusal extends Error {
  readonly code: number;

  constructor(name: keyof typeof refusalCodes) {
    super(name);
    this.code = refusalCodes[name];
  }
}
