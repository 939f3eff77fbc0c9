import { QueryError } from '@minilake/analytics'
import { expect, test } from 'vitest'
import { isConflict, isNotCommitted } from '../../src/iceberg/is-not-committed.js'

/** Trino's failure of a statement, with the Java classes of its exception and of what caused it. */
function failure(errorName: string | undefined, errorType: string, ...classes: string[]): QueryError {
  const chain = classes.reduceRight<Error | undefined>((cause, name) => {
    return Object.assign(new Error('', cause && { cause }), { name })
  }, undefined)
  return new QueryError('failed', {
    ...{ sql: 'MERGE', errorType, cause: chain },
    ...(errorName !== undefined && { errorName }),
  })
}
const trino = 'io.trino.spi.TrinoException'
const iceberg = 'org.apache.iceberg.exceptions.'

test.each([
  ['SYNTAX_ERROR', 'USER_ERROR', [trino], { isNotCommitted: true, isConflict: false }],
  ['USER_CANCELED', 'USER_ERROR', [trino], { isNotCommitted: false, isConflict: false }],
  ['ABANDONED_QUERY', 'USER_ERROR', [trino], { isNotCommitted: false, isConflict: false }],
  [
    'ICEBERG_COMMIT_ERROR',
    'EXTERNAL',
    [trino, `${iceberg}ValidationException`],
    { isNotCommitted: true, isConflict: true },
  ],
  [
    'ICEBERG_COMMIT_ERROR',
    'EXTERNAL',
    [trino, `${iceberg}CommitFailedException`],
    { isNotCommitted: true, isConflict: true },
  ],
  [
    'ICEBERG_COMMIT_ERROR',
    'EXTERNAL',
    [trino, `${iceberg}CommitStateUnknownException`, `${iceberg}CommitFailedException`],
    { isNotCommitted: false, isConflict: false },
  ],
  ['ICEBERG_COMMIT_ERROR', 'EXTERNAL', [trino], { isNotCommitted: false, isConflict: false }],
  ['HIVE_METASTORE_ERROR', 'EXTERNAL', [trino], { isNotCommitted: false, isConflict: false }],
  ['EXCEEDED_TIME_LIMIT', 'INSUFFICIENT_RESOURCES', [trino], { isNotCommitted: false, isConflict: false }],
  [undefined, 'USER_ERROR', [], { isNotCommitted: false, isConflict: false }],
])('%s of type %s, caused by %j', (errorName, errorType, classes, expected) => {
  const error = failure(errorName, errorType, ...classes)
  expect({ isNotCommitted: isNotCommitted(error), isConflict: isConflict(error) }).toEqual(expected)
})
