/** What a caller should make of a failure: try again, read back before anything else, or tell a person. */
export type FailureClass = "transient" | "ambiguous" | "permanent";

/**
 * MongoDB's error codes, as in mongo/src/mongo/base/error_codes.yml. A code of the form `Location<n>` has no name of
 * its own in MongoDB either.
 */
export const errorTable = {
  InternalError: { code: 1, failure: "permanent" },
  BadValue: { code: 2, failure: "permanent" },
  FailedToParse: { code: 9, failure: "permanent" },
  Unauthorized: { code: 13, failure: "permanent" },
  TypeMismatch: { code: 14, failure: "permanent" },
  Overflow: { code: 15, failure: "permanent" },
  InvalidLength: { code: 16, failure: "permanent" },
  ProtocolError: { code: 17, failure: "permanent" },
  IllegalOperation: { code: 20, failure: "permanent" },
  InvalidBSON: { code: 22, failure: "permanent" },
  LockBusy: { code: 46, failure: "transient" },
  NamespaceNotFound: { code: 26, failure: "permanent" },
  IndexNotFound: { code: 27, failure: "permanent" },
  PathNotViable: { code: 28, failure: "permanent" },
  ConflictingUpdateOperators: { code: 40, failure: "permanent" },
  CursorNotFound: { code: 43, failure: "permanent" },
  NamespaceExists: { code: 48, failure: "permanent" },
  MaxTimeMSExpired: { code: 50, failure: "transient" },
  DollarPrefixedFieldName: { code: 52, failure: "permanent" },
  InvalidIdField: { code: 53, failure: "permanent" },
  NotSingleValueField: { code: 54, failure: "permanent" },
  EmptyFieldName: { code: 56, failure: "permanent" },
  CommandNotFound: { code: 59, failure: "permanent" },
  ImmutableField: { code: 66, failure: "permanent" },
  CannotCreateIndex: { code: 67, failure: "permanent" },
  InvalidOptions: { code: 72, failure: "permanent" },
  InvalidNamespace: { code: 73, failure: "permanent" },
  IndexOptionsConflict: { code: 85, failure: "permanent" },
  IndexKeySpecsConflict: { code: 86, failure: "permanent" },
  ShutdownInProgress: { code: 91, failure: "transient" },
  DBPathInUse: { code: 98, failure: "permanent" },
  QueryPlanKilled: { code: 175, failure: "transient" },
  NoMatchParseContext: { code: 193, failure: "permanent" },
  CannotIndexParallelArrays: { code: 171, failure: "permanent" },
  InvalidPipelineOperator: { code: 168, failure: "permanent" },
  InvalidIndexSpecificationOption: { code: 197, failure: "permanent" },
  TooManyConnections: { code: 202, failure: "transient" },
  Interrupted: { code: 11601, failure: "ambiguous" },
  NotImplemented: { code: 238, failure: "permanent" },
  ConversionFailure: { code: 241, failure: "permanent" },
  CommandFailed: { code: 125, failure: "transient" },
  InvalidOperationReadConcern: { code: 123, failure: "permanent" },
  ExceededMemoryLimit: { code: 146, failure: "permanent" },
  // Not MongoDB's: no client of the wire meets it.
  CannotBackup: { code: 9_262_001, failure: "permanent" },
  NoQueryExecutionPlans: { code: 291, failure: "permanent" },
  QueryExceededMemoryLimitNoDiskUseAllowed: { code: 292, failure: "permanent" },
  IndexBuildAborted: { code: 276, failure: "permanent" },
  APIVersionError: { code: 322, failure: "permanent" },
  APIStrictError: { code: 323, failure: "permanent" },
  MergeStageNoMatchingDocument: { code: 13113, failure: "permanent" },
  DuplicateKey: { code: 11000, failure: "permanent" },
  BSONObjectTooLarge: { code: 10334, failure: "permanent" },
  OutOfDiskSpace: { code: 14031, failure: "transient" },
  KeyTooLong: { code: 17280, failure: "permanent" },
} as const satisfies Record<string, { code: number; failure: FailureClass }>;

export type ErrorName = keyof typeof errorTable;

/** Fields MongoDB adds to the reply beside code and message, such as keyPattern and keyValue of a duplicate key. */
export type ErrorFields = ReadonlyMap<string, unknown>;

/** The one error of this package. `name` is MongoDB's code name; a bare number is one of its `Location` codes. */
export class PocketMongoError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly failure: FailureClass;
  readonly fields: ErrorFields | undefined;

  constructor(name: ErrorName | number, message: string, fields?: ErrorFields) {
    super(message);
    this.name = "PocketMongoError";
    this.code = typeof name === "number" ? name : errorTable[name].code;
    this.codeName = typeof name === "number" ? `Location${name}` : name;
    this.failure = typeof name === "number" ? "permanent" : errorTable[name].failure;
    this.fields = fields;
  }
}
