import type { Table } from '@minilake/schema'
import type { ImportOptions, Lake, StreamOptions } from './lake.js'
import type { QualityOptions } from './quality/table-quality.js'

const noteNames = ['onWait', 'onSettled'] as const

const readOptionNames = [
  'map',
  'ignoreExtra',
  'timeFormat',
  'zone',
  'years',
  'strictTime',
  'keepMicros',
  'maxBadRows',
  'format',
  'encoding',
  'delimiter',
  'quote',
  'noHeader',
  'nullText',
  'skipLines',
  'skipAfterHeader',
  'comment',
  'decimal',
  'thousands',
  'tempFolder',
  'memory',
  'threads',
  'maxPartitions',
  'signal',
  'onOpen',
  'reasonText',
] as const satisfies (keyof ImportOptions)[]

const streamOptionNames = [
  ...(['map', 'ignoreExtra', 'timeFormat', 'zone', 'years', 'strictTime', 'keepMicros'] as const),
  ...(['nullText', 'decimal', 'thousands', 'tempFolder', 'memory', 'threads'] as const),
  ...(['group', 'sessionSeconds', 'flushRows', 'flushBytes', 'flushSeconds', 'untilCaughtUp'] as const),
  ...(['acceptLoss', 'signal', 'reasonText', 'onAssigned', 'onBatch', 'onRegistered', 'onFailure'] as const),
  ...noteNames,
] as const satisfies (keyof StreamOptions)[]

const modeOptionNames = ['mode', 'replaceAll', ...noteNames, 'onCreateOnce'] as const

const publishOptionNames = [
  'overwrite',
  'signal',
  ...noteNames,
  'onCreateOnce',
  'onObject',
  'onProgress',
] as const

const qualityOptionNames = [
  ...(['by', 'checks', 'columns', 'intervalSeconds', 'key', 'stuck', 'ranges', 'years'] as const),
  ...(['from', 'to', 'at', 'snapshot', 'signal'] as const),
] as const satisfies (keyof QualityOptions<Table, string>)[]

/** The names of the options of each method. */
export const methodOptions = {
  generate: ['out', 'target', 'overwrite', 'workers', 'signal', 'onFile', 'onCreateOnce'],
  write: ['maxPartitions', 'tempFolder', 'signal', ...modeOptionNames],
  import: [...readOptionNames, ...modeOptionNames],
  stage: [...readOptionNames, 'out'],
  ingest: [...publishOptionNames, 'folder', 'verify'],
  watch: [...publishOptionNames, 'folder', 'onIngested', 'onRegistered', 'onFailure'],
  stream: streamOptionNames,
  register: ['tables', 'onWait', 'signal'],
  statements: ['tables'],
  files: ['from', 'to', 'signal'],
  query: ['tables', 'at', 'snapshot', 'signal'],
  quality: qualityOptionNames,
  verify: ['tables', 'signal'],
  report: ['from', 'to', 'signal'],
  status: ['signal'],
  remove: [
    'from',
    'to',
    'where',
    'import',
    'olderThanDays',
    'expired',
    'now',
    'remove',
    ...noteNames,
    'signal',
  ],
  snapshots: ['limit', 'signal'],
  rollback: ['snapshot', 'rollback', 'signal'],
  maintain: ['smallBytes', 'expireAfterSeconds', 'onWait', 'signal'],
  convert: [...noteNames, 'signal'],
  drop: ['data', 'remove', ...noteNames, 'signal'],
  rewrite: ['map', 'drop', 'rewrite', 'tempFolder', ...noteNames, 'signal'],
  clean: ['remove', 'signal'],
  doctor: ['deep', 'first', 'local', 'hasOwnKeys', 'now', 'signal'],
  ready: ['timeoutSeconds', 'signal'],
} as const satisfies Partial<Record<keyof Lake, readonly string[]>>
