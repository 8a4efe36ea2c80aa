import { setMaxListeners } from 'node:events'
import { asError, ProtocolError } from '../errors.ts'
import { type Logger, withFields } from '../observability/logger.ts'
import type { Codec, Decoder } from '../protocol/codec.ts'
import type { DaemonMessage, NodeMessage } from '../protocol/messages.ts'
import type { RecordsDecoder } from '../records/records-decoder.ts'
import { asProcessor } from './as-processor.ts'
import { jitteredBackoffMs } from './backoff.ts'
import { blameDaemon, blameProcessor } from './blame.ts'
import { SessionCheckpointer } from './checkpointer.ts'
import { type Clock, systemClock, withClock } from './clock.ts'
import type { Connection } from './connection.ts'
import { withRecordFormat } from './record-format.ts'
import type { ProcessorFactory, RecordProcessor, Shard } from './record-processor.ts'
import type {
  HandledMessage,
  SessionEffect,
  SessionEnd,
  SessionEvent,
  SessionRules,
  SessionState,
} from './session-events.ts'
import { initialState, transition } from './session-state.ts'
import { SessionFigures, type SessionStatus } from './session-status.ts'

/** What a session needs to know of its stream. */
export interface SessionContext<R> {
  readonly stream: string
  readonly applicationName: string
  readonly factory: ProcessorFactory<R>
  readonly decodeRecords: RecordsDecoder<R>
  readonly logger: Logger
  /** A new codec for each session: it keeps what it learned of the daemon's version. */
  readonly newCodec: () => Codec
  /** Waited for between the daemon's `initialize` and the processor's making; a rejection fails the session, before any user code. */
  readonly beforeInitialize: (session: ShardSession<R>) => Promise<void>
  /** How long an answer to a checkpoint may take. */
  readonly checkpointTimeoutMs: number
  /** How often a throttled checkpoint is sent before it fails the session. */
  readonly maxCheckpointAttempts: number
  /** Only where time is not Node's. */
  readonly clock?: Clock
}

const checkpointBackoff = { baseMs: 200, maxMs: 10_000 }
/** The KCL's Scheduler ends a shard whose lease is gone within a second (`shardConsumerDispatchPollIntervalMillis`), once its task is done. */
const fedAfterLossMs = 10_000

/** One leased shard's connection: performs the effects that the state machine orders. */
export class ShardSession<R> {
  /** Resolves when the session is over; the user's handler may still be running: see {@link handlerSettled}. */
  readonly ended: Promise<SessionEnd>
  /** Its counts; a later session of the same shard goes on with them. */
  readonly figures: SessionFigures
  readonly #context: SessionContext<R>
  readonly #clock: Clock
  readonly #connection: Connection
  readonly #rules: SessionRules
  readonly #codec: Codec
  readonly #decoder: Decoder
  readonly #abort = new AbortController()
  readonly #stopping = new AbortController()
  readonly #checkpointer: SessionCheckpointer
  #logger: Logger
  #shardId: string | null
  #state: SessionState
  #processor: RecordProcessor<R> | null = null
  #running: Promise<void> = Promise.resolve()
  #timer: object | undefined
  #endTimer: object | undefined
  #resolveEnded!: (end: SessionEnd) => void

  /** @param shardId as the hello gave it; null where `initialize` is the first to name it. */
  constructor(context: SessionContext<R>, connection: Connection, shardId: string | null) {
    this.#context = context
    this.#clock = context.clock ?? systemClock
    this.figures = new SessionFigures(this.#clock)
    this.#connection = connection
    this.#shardId = shardId
    this.#logger = context.logger
    this.#state = { ...initialState, whose: { applicationName: context.applicationName, shardId } }
    this.#codec = context.newCodec()
    this.#rules = {
      checkpointsBetweenActions: this.#codec.checkpointsBetweenActions,
      maxCheckpointAttempts: context.maxCheckpointAttempts,
    }
    this.#decoder = this.#codec.decoder()
    // Each record in flight may listen; Node would warn of a leak from the eleventh on.
    setMaxListeners(0, this.#abort.signal, this.#stopping.signal)
    this.#checkpointer = new SessionCheckpointer(
      () => this.#state,
      position => {
        this.#dispatch({ kind: 'checkpointRequested', position })
      },
      () => this.#logger,
    )
    this.ended = new Promise(resolve => {
      this.#resolveEnded = resolve
    })
  }

  /** Begins to read: `first` is what came with the hello. */
  start(first: Buffer): void {
    this.#connection.listen({ onData: this.#receive.bind(this), onClose: this.#close.bind(this) })
    if (first.length > 0) this.#receive(first)
  }

  /** Null until the daemon has named it. */
  get shardId(): string | null {
    return this.#shardId
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get logger(): Logger {
    return this.#logger
  }

  /** Settles when no user code of this session runs any more; never rejects. */
  async handlerSettled(): Promise<void> {
    await this.#running
    try {
      await this.#processor?.settled?.()
    } catch {
      // Whatever it says, it has settled.
    }
  }

  status(): SessionStatus {
    return this.figures.status(this.#shardId, this.#state, this.#processor)
  }

  /** A newer session has the shard: the signal aborts, and nothing more is checkpointed. */
  supersede(): void {
    this.#dispatch({ kind: 'superseded' })
  }

  /** The process begins to stop: user code is told, and nothing else changes yet. */
  announceStop(): void {
    this.#stopping.abort()
  }

  /** Lets the present action finish, with its checkpoint and status, and answers nothing after it; the connection stays as it is. */
  leave(): void {
    this.#dispatch({ kind: 'leaveRequested' })
  }

  /** Ends the session at once, without a status. */
  end(error: Error): void {
    this.#dispatch({ kind: 'aborted', error })
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#decoder.push(chunk)) this.#dispatch({ kind: 'messageReceived', message })
    } catch (error) {
      this.#dispatch({ kind: 'inputBroke', error: blameDaemon(this.#state.whose, error) })
    }
  }

  #close(error: Error | undefined): void {
    try {
      this.#decoder.end()
    } catch (truncated) {
      error ??= asError(truncated)
    }
    const why = new ProtocolError('The daemon closed the connection of this shard.', { cause: error })
    this.#dispatch({ kind: 'connectionClosed', error: why })
  }

  #dispatch(event: SessionEvent): void {
    const before = this.#state
    const { state, effects } = transition(before, event, this.#rules)
    if (state.outstanding !== before.outstanding) this.#clock.clearTimeout(this.#timer)
    if (state.saved !== before.saved) this.figures.saved()
    this.#state = state
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: SessionEffect): void {
    switch (effect.kind) {
      case 'runHandler':
        this.figures.began(effect.message)
        this.#running = this.#run(effect.message)
        return
      case 'sendStatus':
        this.#send({ kind: 'status', responseFor: effect.responseFor })
        return
      case 'sendCheckpoint':
        this.#timer = this.#startTimer('answerOverdue', this.#context.checkpointTimeoutMs)
        this.#send({
          kind: 'checkpoint',
          position: effect.position.sequenceNumber === 'SHARD_END' ? null : effect.position,
        })
        return
      case 'scheduleRetry':
        this.#timer = this.#startTimer('retryDue', jitteredBackoffMs(effect.attempt, checkpointBackoff))
        return
      case 'resolveCheckpoints':
        this.#checkpointer.resolve(effect.upTo)
        return
      case 'rejectCheckpoints':
        this.#checkpointer.reject(effect.error)
        return
      case 'abortSignal':
        this.#abort.abort(effect.error)
        return
      case 'awaitEnd':
        this.#endTimer ??= this.#startTimer('endOverdue', fedAfterLossMs)
        return
      case 'noteLateFailure':
        if (effect.error === this.#abort.signal.reason) return
        this.#logger.info(
          { error: effect.error.message },
          'the lease is lost, and the handler failed after it: its records are processed again elsewhere',
        )
        return
      case 'end':
        this.#finish(effect.end)
        return
    }
  }

  #send(message: NodeMessage): void {
    this.#connection.write(this.#codec.encode(message))
  }

  #startTimer(kind: 'retryDue' | 'answerOverdue' | 'endOverdue', delayMs: number): object {
    return this.#clock.setTimeout(() => {
      this.#dispatch({ kind })
    }, delayMs)
  }

  #finish(end: SessionEnd): void {
    this.#clock.clearTimeout(this.#endTimer)
    if (end.kind === 'leaseLost' || end.kind === 'shardEnded') this.#connection.end()
    // One that left stays open, unanswered, until its daemon is killed: a bridge process that ends would end a stock daemon whose other shards still drain.
    else if (end.kind !== 'left') this.#connection.destroy()
    this.#resolveEnded(end)
  }

  async #run(message: HandledMessage): Promise<void> {
    try {
      await this.#handle(message)
    } catch (error) {
      this.#dispatch({ kind: 'handlerFailed', error: blameProcessor(this.#state.whose, message.kind, error) })
      return
    }
    this.#dispatch({ kind: 'handlerSettled' })
  }

  #handle(message: HandledMessage): Promise<void> | void {
    const processor = this.#processor
    switch (message.kind) {
      case 'initialize':
        return this.#initialize(message)
      case 'processRecords': {
        if (processor === null || (message.records.length === 0 && processor.emptyBatches !== true)) return
        const records = this.#context.decodeRecords(message.records)
        const { millisBehindLatest, atShardEnd } = message
        return processor.processRecords({ records, millisBehindLatest, atShardEnd }, this.#checkpointer)
      }
      case 'leaseLost':
        return processor?.leaseLost?.()
      case 'shardEnded':
      case 'shutdownRequested':
        return processor?.[message.kind]?.(this.#checkpointer)
    }
  }

  async #initialize(message: Extract<DaemonMessage, { kind: 'initialize' }>): Promise<void> {
    if (this.#shardId !== null && this.#shardId !== message.shardId)
      throw new ProtocolError(`The daemon's hello named ${this.#shardId}, its initialize ${message.shardId}.`)
    this.#shardId = message.shardId
    const { stream, applicationName, factory, logger, clock, decodeRecords } = this.#context
    this.#logger = withFields(logger, { stream: applicationName, shardId: message.shardId })
    await this.#context.beforeInitialize(this)
    this.#abort.signal.throwIfAborted()
    this.#logger.info({ startingPosition: message.sequenceNumber }, 'the shard begins')
    this.figures.called(null)
    const shard: Shard = {
      stream,
      applicationName,
      shardId: message.shardId,
      startingPosition: { sequenceNumber: message.sequenceNumber, subSequenceNumber: message.subSequenceNumber },
      signal: this.#abort.signal,
      stopping: this.#stopping.signal,
      logger: this.#logger,
    }
    this.#processor = asProcessor(await factory(withRecordFormat(withClock(shard, clock), decodeRecords.format)))
  }
}
