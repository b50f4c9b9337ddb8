import type { Doc, Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Stream } from "../plan/stream.ts";
import { noWriteCodes, type PipelineContext, type Stage, type StageMaker } from "./stage.ts";
import { refusedStages, stages } from "./stages.ts";
import { writingStages } from "./write-stages.ts";

const mostStages = 1000;
const deepest = 20;

export function parsePipeline(pipeline: Value | undefined, context: PipelineContext): Stage[] {
  if (!Array.isArray(pipeline))
    throw new PocketMongoError("TypeMismatch", "'pipeline' option must be specified as an array");
  if (pipeline.length > mostStages) {
    throw new PocketMongoError(7749501, `Pipeline length must be no longer than ${mostStages} stages`);
  }
  if (context.depth > deepest) {
    throw new PocketMongoError(5485000, "Maximum number of nested sub-pipelines exceeded.");
  }
  return pipeline.map((one, at) => {
    const stage = parseStage(one, at, context);
    if (writingStages.has(stage.name)) refuseWriting(stage.name, at === pipeline.length - 1, context);
    return stage;
  });
}

function refuseWriting(name: string, last: boolean, context: PipelineContext): void {
  if (context.within !== undefined) {
    throw new PocketMongoError(
      noWriteCodes[context.within],
      `${name} is not allowed to be used within a ${context.within} stage`,
    );
  }
  if (!last) throw new PocketMongoError(40601, `${name} can only be the final stage in the pipeline`);
}

function parseStage(one: Value, at: number, context: PipelineContext): Stage {
  if (!(one instanceof Map))
    throw new PocketMongoError("TypeMismatch", "Each element of the 'pipeline' array must be an object");
  const [name] = one.keys();
  if (name === undefined || one.size !== 1) {
    throw new PocketMongoError(
      40323,
      "A pipeline stage specification object must contain exactly one field.",
    );
  }
  const spec = one.get(name) as Value;
  if (Object.hasOwn(stages, name)) {
    const make: StageMaker = stages[name as keyof typeof stages];
    return { name, spec, run: make(spec, context, at) };
  }
  if (Object.hasOwn(refusedStages, name)) {
    const { error, message } = refusedStages[name as keyof typeof refusedStages];
    throw new PocketMongoError(error, message);
  }
  throw new PocketMongoError(40324, `Unrecognized pipeline stage name: '${name}'`);
}

export function runPipeline(parsed: readonly Stage[], input: Stream<Doc>): Stream<Doc> {
  return parsed.reduce((stream, stage) => stage.run(stream), input);
}
