// The parts of tsmld that the toolkit group measures alone: of the compiled package, though they are not exported. The only place of the bench that knows them.
type Source<Path extends string> = Path extends 'protocol/frame-codec'
  ? typeof import('../../packages/tsmld/src/protocol/frame-codec.ts')
  : Path extends 'protocol/json-lines-codec'
    ? typeof import('../../packages/tsmld/src/protocol/json-lines-codec.ts')
    : Path extends 'protocol/daemon-frames'
      ? typeof import('../../packages/tsmld/src/protocol/daemon-frames.ts')
      : Path extends 'protocol/daemon-lines'
        ? typeof import('../../packages/tsmld/src/protocol/daemon-lines.ts')
        : Path extends 'protocol/dynamodb-encoder'
          ? typeof import('../../packages/tsmld/src/protocol/dynamodb-encoder.ts')
          : Path extends 'processors/checkpoint-window'
            ? typeof import('../../packages/tsmld/src/processors/checkpoint-window.ts')
            : typeof import('../../packages/tsmld/src/records/records-decoder.ts')

const load = async <Path extends string>(path: Path): Promise<Source<Path>> =>
  (await import(new URL(`${path}.js`, import.meta.resolve('tsmld')).href)) as Source<Path>

export const { framesCodec } = await load('protocol/frame-codec')
export const { jsonLinesCodec } = await load('protocol/json-lines-codec')
export const { encodeDaemonMessage } = await load('protocol/daemon-frames')
export const { encodeDaemonLine } = await load('protocol/daemon-lines')
export const { encodeDynamodbRecord } = await load('protocol/dynamodb-encoder')
export const { recordsDecoder } = await load('records/records-decoder')
export const { CheckpointWindow } = await load('processors/checkpoint-window')
