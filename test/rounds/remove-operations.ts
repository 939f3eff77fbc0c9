import { millisPerDay, someCondition, someDay, someMoment, someTimes } from './random-readings.js'
import { removeImport, removeRows, retentionDays } from './readings-model.js'
import type { Operation } from './step.js'

/** Everything that removes readings. */
export const removeOperations: readonly Operation[] = [
  function removeRange({ definition }, random) {
    const { from, to, isIn } = someTimes(random)
    return {
      kind: 'remove a range of time',
      detail: `${from.toISOString()} to ${to.toISOString()}`,
      definition,
      call: (table) => ({ method: 'remove', args: [table, { from, to, remove: true }] }),
      apply: (model) => removeRows(model, isIn),
    }
  },

  function removeWhere({ definition }, random) {
    const { where, isTrue } = someCondition(definition, random)
    const from = someDay(random)
    return {
      kind: 'remove by a condition',
      detail: `${where}, from ${from.toISOString()}`,
      definition,
      call: (table) => ({ method: 'remove', args: [table, { from, where, remove: true }] }),
      apply: (model) => removeRows(model, (reading) => reading.time >= from && isTrue(reading)),
    }
  },

  function removeOlder({ definition }, random) {
    const now = someMoment(random)
    const olderThanDays = random.below(3)
    const today = now.getTime() - (now.getTime() % millisPerDay)
    return {
      kind: 'remove old days',
      detail: `${olderThanDays} days before ${now.toISOString()}`,
      definition,
      call: (table) => ({ method: 'remove', args: [table, { olderThanDays, now, remove: true }] }),
      apply: (model) =>
        removeRows(model, ({ time }) => time.getTime() < today - olderThanDays * millisPerDay),
    }
  },

  function removeExpired({ definition }, random) {
    const now = someMoment(random, retentionDays)
    const today = now.getTime() - (now.getTime() % millisPerDay)
    return {
      kind: 'remove expired days',
      detail: `before ${now.toISOString()}`,
      definition,
      call: (table) => ({ method: 'remove', args: [table, { expired: true, now, remove: true }] }),
      apply: (model) =>
        removeRows(model, ({ time }) => time.getTime() < today - retentionDays * millisPerDay),
    }
  },

  function drop({ definition }) {
    return {
      kind: 'drop with data',
      detail: 'all',
      definition,
      call: (table) => ({ method: 'drop', args: [table, { data: true, remove: true }] }),
      apply: (model) => void (model.files = []),
    }
  },

  function removeOneImport({ definition, files }, random) {
    const importId = random.pick([...files.flatMap(({ imports }) => imports), 'f'.repeat(16)])
    const refusal = removeImport({ definition, files, earlier: [] }, importId)
    return {
      kind: refusal === undefined ? 'remove an import' : `refuse to remove an import: ${refusal}`,
      detail: importId,
      definition,
      call: (table) => ({ method: 'remove', args: [table, { import: importId, remove: true }] }),
      refusal,
      apply: (model) => void removeImport(model, importId),
    }
  },
]
